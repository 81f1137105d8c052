"""No acknowledged message is lost: what was answered with its place is in the log; what is in the log is in the rows,
over HTTP, and on every device of everybody who may see it."""

from collections.abc import Collection, Iterator

from clients.python.events import TimelineEvent
from tests.chaos.evidence import Evidence
from tests.chaos.history import History


def check(history: History, evidence: Evidence) -> Iterator[str]:
    yield from _acknowledged(history, evidence)
    rows = {(one.conversation_id, one.seq) for one in evidence.rows}
    for conversation_id, timeline in evidence.timelines.items():
        for seq in timeline:
            if (conversation_id, seq) not in rows:
                yield f"{conversation_id}: seq {seq} is in the log, and in no row"
    for shown in evidence.shown:
        yield from _missing(evidence, shown.user_id, shown.state.conversation_id, _seqs(shown.state.timeline), "HTTP")
    for copy in evidence.copies:
        where = f"device {copy.device_id}"
        yield from _missing(evidence, copy.user_id, copy.state.conversation_id, _seqs(copy.state.timeline), where)
    yield from _unlisted(evidence)


def _acknowledged(history: History, evidence: Evidence) -> Iterator[str]:
    for answer in history.answers.values():
        event = answer.led_to
        if event is not None:
            logged = evidence.timelines.get(event.conversation_id, {}).get(event.seq)
            if logged is None or logged.event.client_id != event.client_id:
                yield f"{event.conversation_id}: seq {event.seq} was acknowledged, and is not in the log"


def _missing(
    evidence: Evidence, user_id: str, conversation_id: str, seqs: Collection[int], where: str
) -> Iterator[str]:
    member = evidence.members[conversation_id].get(user_id)
    for seq in evidence.timelines[conversation_id]:
        if member is not None and member.sees(seq) and seq not in seqs:
            yield f"{conversation_id}: seq {seq} is missing to {user_id} ({where})"


def _unlisted(evidence: Evidence) -> Iterator[str]:
    """Whole conversations that somebody was not shown at all."""
    shown = {(one.user_id, one.state.conversation_id) for one in evidence.shown}
    copied = {(one.user_id, one.state.conversation_id) for one in evidence.copies}
    for conversation_id, members in evidence.members.items():
        for user_id in members:
            if (user_id, conversation_id) not in shown:
                yield f"{conversation_id} is missing to {user_id} over HTTP"
            if (user_id, conversation_id) not in copied:
                yield f"{conversation_id} is missing to {user_id} on a device"


def _seqs(timeline: Collection[TimelineEvent]) -> set[int]:
    return {event.seq for event in timeline}
