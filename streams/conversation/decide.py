"""What becomes of a command: exactly one event, a function of the state, the command and its place in the log. Pure."""

from dataclasses import dataclass

from schemas.commands import AnyCommand, SendMessage
from schemas.events import AnyEvent, CommandRefused, CommandRepeated, MessageSent
from schemas.ids import message_id, message_milliseconds
from schemas.reasons import Reason
from schemas.times import timestamp
from streams.conversation.state import Accepted, Conversation, Member


@dataclass(frozen=True, slots=True)
class Place:
    """Where the command stands in the log; `at_ms` is the log's append time."""

    partition: int
    offset: int
    at_ms: int


def decide(state: Conversation, command: AnyCommand, place: Place) -> AnyEvent:
    """The event of a command."""
    member = state.member(command.actor_id)
    if member and (first := member.first_result(command.client_id)):
        return _repeated(state, command, first, place)
    return _send_message(state, member, command, place)


def _send_message(state: Conversation, member: Member | None, command: SendMessage, place: Place) -> AnyEvent:
    is_first = not state.members
    if member is None and not (is_first and command.to_user_id):
        return _refused(state, command, place, "not-a-member")
    at_ms, id_ = _next_id(state, place)
    return MessageSent(
        conversation_id=command.conversation_id,
        command_offset=place.offset,
        at=timestamp(at_ms),
        actor_id=command.actor_id,
        origin=command.origin,
        seq=state.head_seq + 1,
        message_number=state.message_number + 1,
        client_id=command.client_id,
        digest=command.digest,
        message_id=id_,
        body=command.body,
        reply_to=command.reply_to,
        mentions=command.mentions,
        member_ids=(command.actor_id, command.to_user_id) if is_first and command.to_user_id else None,
        read_from_seq=member.read_seq if member else 0,
    )


def _repeated(state: Conversation, command: SendMessage, first: Accepted, place: Place) -> AnyEvent:
    if first.digest != command.digest:
        return _refused(state, command, place, "conflict", "this client_id was used with other content")
    return CommandRepeated(
        conversation_id=command.conversation_id,
        command_offset=place.offset,
        at=_at(state, place),
        actor_id=command.actor_id,
        origin=command.origin,
        client_id=command.client_id,
        command=type(command).__name__,
        first=_first_event(state, command, first, place),
    )


def _first_event(state: Conversation, command: SendMessage, first: Accepted, place: Place) -> MessageSent:
    """The first result again; the body is this time's, which says the same under another nonce."""
    return MessageSent(
        conversation_id=command.conversation_id,
        command_offset=place.offset,
        at=_at_of(first),
        actor_id=command.actor_id,
        origin=command.origin,
        seq=first.seq,
        message_number=first.message_number,
        client_id=command.client_id,
        digest=first.digest,
        message_id=first.message_id,
        body=command.body,
        reply_to=command.reply_to,
        mentions=command.mentions,
        member_ids=tuple(one.user_id for one in state.members) if first.seq == 1 else None,
    )


def _refused(
    state: Conversation, command: SendMessage, place: Place, reason: Reason, detail: str = ""
) -> CommandRefused:
    return CommandRefused(
        conversation_id=command.conversation_id,
        command_offset=place.offset,
        at=_at(state, place),
        actor_id=command.actor_id,
        origin=command.origin,
        client_id=command.client_id,
        command=type(command).__name__,
        reason=reason,
        detail=detail,
    )


def _at(state: Conversation, place: Place) -> str:
    return timestamp(max(place.at_ms, state.at_ms))


def _next_id(state: Conversation, place: Place) -> tuple[int, str]:
    """The time and id of the next message: never before the last, whatever the clocks of brokers did.

    Ids must sort like seq. Offsets grow with seq but for one case, two writers whose events interleaved: there, in the
    same millisecond, the time is moved on by one.
    """
    at_ms = max(place.at_ms, state.at_ms)
    id_ = message_id(at_ms, place.partition, place.offset)
    if id_ > state.last_message_id:
        return at_ms, id_
    return at_ms + 1, message_id(at_ms + 1, place.partition, place.offset)


def _at_of(first: Accepted) -> str:
    return timestamp(message_milliseconds(first.message_id))
