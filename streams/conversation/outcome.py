"""What decisions are made of: the place of a command in the log, and what every event carries. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schemas.commands import AnyCommand, AnyKeyedCommand, KeyedCommand
from schemas.events import AnyEvent, CommandRefused
from schemas.ids import message_id
from schemas.reasons import Reason
from schemas.times import timestamp
from streams.conversation.state import Conversation


@dataclass(frozen=True, slots=True)
class Place:
    """Where the command stands in the log; `at_ms` is the log's append time."""

    partition: int
    offset: int
    at_ms: int


Decision = Callable[[Conversation, Any, Place], AnyEvent | None]


def refused(state: Conversation, command: AnyCommand, place: Place, reason: Reason, detail: str = "") -> CommandRefused:
    return CommandRefused(
        **facts(state, command, place),
        client_id=command.client_id if isinstance(command, KeyedCommand) else None,
        command=type(command).__name__,
        reason=reason,
        detail=detail,
    )


def facts(state: Conversation, command: AnyCommand, place: Place) -> dict[str, Any]:
    """What every event says."""
    return {
        "conversation_id": command.conversation_id,
        "command_offset": place.offset,
        "at": at(state, place),
        "actor_id": command.actor_id,
        "origin": command.origin,
    }


def next_facts(state: Conversation, command: AnyKeyedCommand, place: Place) -> dict[str, Any]:
    """What every event of the timeline says that counts no message."""
    return {
        **facts(state, command, place),
        "seq": state.head_seq + 1,
        "message_number": state.message_number,
        "client_id": command.client_id,
        "digest": command.digest,
    }


def at(state: Conversation, place: Place) -> str:
    """The time of an event: never before the last, whatever the clocks of brokers did."""
    return timestamp(at_ms(state, place))


def at_ms(state: Conversation, place: Place) -> int:
    return max(place.at_ms, state.at_ms)


def next_id(state: Conversation, place: Place) -> tuple[int, str]:
    """The time and id of the next message.

    Ids must sort like seq. Offsets grow with seq but for one case, two writers whose events interleaved: there, in the
    same millisecond, the time is moved on by one.
    """
    now_ms = at_ms(state, place)
    id_ = message_id(now_ms, place.partition, place.offset)
    if id_ > state.last_message_id:
        return now_ms, id_
    return now_ms + 1, message_id(now_ms + 1, place.partition, place.offset)
