"""Events of conversations: facts, kept for ever. Those of the timeline have a dense `seq`; the others have none.

One command makes at most one event; `command_offset` says which. Unknown fields are tolerated on replay.
"""

from typing import Annotated

from msgspec import Meta, Struct

from schemas.bodies import SealedBody
from schemas.commands import ClientId, Origin
from schemas.ids import Id
from schemas.reasons import Reason
from schemas.times import Timestamp

Seq = Annotated[int, Meta(ge=1)]


class Event(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """`at` is the log's time of the command, never earlier than the timeline event before it."""

    conversation_id: Id
    command_offset: Annotated[int, Meta(ge=0)]
    at: Timestamp
    actor_id: Id
    origin: Origin


class TimelineEvent(Event, frozen=True, kw_only=True, omit_defaults=True):
    """An event with a place in the timeline. `message_number` counts messages up to and including it."""

    seq: Seq
    message_number: Annotated[int, Meta(ge=0)]
    client_id: ClientId
    digest: bytes


class MessageSent(TimelineEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """`member_ids` comes with the first message of a direct conversation; `read_from_seq` is the sender's read
    position before: sending implies having read what came before."""

    message_id: Id
    body: SealedBody
    reply_to: Id | None = None
    mentions: tuple[Id, ...] = ()
    member_ids: tuple[Id, ...] | None = None
    read_from_seq: int = 0


class CommandRefused(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """A "no" from the closed set; it goes to the connection that asked."""

    client_id: ClientId
    command: str
    reason: Reason
    detail: str = ""


class CommandRepeated(Event, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """The same command again: `first` is its first result, for whoever asked this time."""

    client_id: ClientId
    command: str
    first: MessageSent


AnyEvent = MessageSent | CommandRefused | CommandRepeated
