"""A conversation's state: the fold of its events, as frozen values. Pure.

`evolve` is the only way to a new state, for the agent that decides and for the fold that finds out what was decided.
"""

from msgspec import Struct
from msgspec.structs import replace

from schemas.events import AnyEvent, MessageSent
from schemas.ids import message_milliseconds

ACCEPTED_MAX = 64  # the window of a sender's commands in which a repeat is noticed (PROTOCOL, promise 1)


class Accepted(Struct, frozen=True, array_like=True, gc=False):
    """The first result of a command: what a repeat is answered with."""

    client_id: str
    digest: bytes
    seq: int
    message_number: int
    message_id: str


class Member(Struct, frozen=True, array_like=True):
    """`read_seq` is the member's read position; `accepted` the last commands, oldest first."""

    user_id: str
    joined_seq: int
    read_seq: int
    accepted: tuple[Accepted, ...] = ()

    def first_result(self, client_id: str) -> Accepted | None:
        for one in reversed(self.accepted):
            if one.client_id == client_id:
                return one
        return None


class Conversation(Struct, frozen=True, array_like=True):
    """A conversation after `head_seq` events. Before the first it has no members: nobody may write to it but by
    naming the other person."""

    conversation_id: str
    head_seq: int = 0
    message_number: int = 0
    at_ms: int = 0
    last_message_id: str = ""
    command_offset: int = -1
    members: tuple[Member, ...] = ()

    def member(self, user_id: str) -> Member | None:
        for member in self.members:
            if member.user_id == user_id:
                return member
        return None


class OutOfOrder(Exception):
    """An event does not follow this state: its seq is not the next one."""


def evolve(state: Conversation, event: AnyEvent) -> Conversation:
    """The state after an event. Raises OutOfOrder."""
    match event:
        case MessageSent():
            return _message_sent(state, event)
        case _:  # refusals and repeats are facts about commands, not about the conversation
            return state


def _message_sent(state: Conversation, event: MessageSent) -> Conversation:
    if event.seq != state.head_seq + 1:
        raise OutOfOrder(f"{event.conversation_id}: seq {event.seq} after {state.head_seq}")
    members = state.members or tuple(Member(user_id, event.seq, event.seq - 1) for user_id in event.member_ids or ())
    return Conversation(
        conversation_id=state.conversation_id,
        head_seq=event.seq,
        message_number=event.message_number,
        at_ms=message_milliseconds(event.message_id),
        last_message_id=event.message_id,
        command_offset=event.command_offset,
        members=tuple(_after_sending(one, event) if one.user_id == event.actor_id else one for one in members),
    )


def _after_sending(member: Member, event: MessageSent) -> Member:
    accepted = Accepted(event.client_id, event.digest, event.seq, event.message_number, event.message_id)
    return replace(member, read_seq=event.seq, accepted=(*member.accepted[-ACCEPTED_MAX + 1 :], accepted))
