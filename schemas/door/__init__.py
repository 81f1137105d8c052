"""The door: a client's frame becomes a command, or a refusal that never enters the log. Pure.

`needs` says which facts from outside the conversation a frame must come with (DESIGN, section 2), `refusal` what
the door says to it, `command` what enters the log. Membership is not one of the facts: `decide` knows it.
"""

from schemas.door.building import acknowledgement, command
from schemas.door.facts import Actor, Facts, Needs, conversation_of, needs
from schemas.door.refusals import DETAILS, refusal, refused

__all__ = [
    "DETAILS",
    "Actor",
    "Facts",
    "Needs",
    "acknowledgement",
    "command",
    "conversation_of",
    "needs",
    "refusal",
    "refused",
]
