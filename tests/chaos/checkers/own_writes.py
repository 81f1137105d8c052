"""One's own writes are read: who was told that a message has its place can change it, and finds it in a snapshot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from clients.python.events import MessageSent
from clients.python.frames import Snapshot, Synced
from tests.chaos.evidence import Evidence
from tests.chaos.history import History, Moment
from tests.chaos.records import Dialed

CHANGES = {"EditMessage", "DeleteMessage"}


class _Change(Struct):
    type: str
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class _Own:
    """A message that its sender knows to have its place since `at`."""

    user_id: str
    at: float
    event: MessageSent


def check(history: History, evidence: Evidence) -> Iterator[str]:
    own = _own(history)
    yield from _not_found(history, evidence, own)
    of_user: dict[str, list[_Own]] = {}
    for one in own.values():
        of_user.setdefault(one.user_id, []).append(one)
    for device_id, line in history.lines.items():
        yield from _unread(device_id, line, of_user.get(history.owners[device_id], []))


def _own(history: History) -> Mapping[str, _Own]:
    found: dict[str, _Own] = {}
    for answer in history.answers.values():
        event = answer.led_to
        if isinstance(event, MessageSent):
            found.setdefault(event.message_id, _Own(history.calls[answer.call].user_id, answer.at, event))
    return found


def _not_found(history: History, evidence: Evidence, own: Mapping[str, _Own]) -> Iterator[str]:
    """A change of it is not answered by `not-found`, unless somebody deleted it, or one came again since."""
    commands = {call: msgspec.json.decode(one.command, type=_Change) for call, one in history.calls.items()}
    deleted = {one.message_id for one in commands.values() if one.type == "DeleteMessage"}
    for call, command in commands.items():
        mine, answer = own.get(command.message_id), history.answers.get(call)
        if mine is None or command.type not in CHANGES or answer is None or answer.reason != "not-found":
            continue
        member = evidence.members[mine.event.conversation_id][mine.user_id]
        is_deleted = command.message_id in deleted and command.type != "DeleteMessage"
        if mine.at < history.calls[call].at and not is_deleted and mine.event.seq >= member.joined[-1]:
            yield f"{mine.user_id} was told that {command.message_id} has its place, and that it is not found"


def _unread(device_id: str, line: Sequence[Moment], own: list[_Own]) -> Iterator[str]:
    """A snapshot that somebody gets after having been told of a message is not older than that."""
    dialed_at = 0.0
    heads: dict[str, int] = {}
    for moment in line:
        if isinstance(moment.record, Dialed):
            dialed_at, heads = moment.at, {}
        if isinstance(moment.frame, Snapshot):
            heads = {one.conversation_id: one.head_seq for one in moment.frame.conversations}
        if isinstance(moment.frame, Synced) and not moment.frame.recovered:
            for one in own:
                # 0: also where the conversation is not listed at all.
                if one.at < dialed_at and heads.get(one.event.conversation_id, 0) < one.event.seq:
                    yield f"{device_id} got a snapshot without its owner's own seq {one.event.seq}"
