"""Unread is right: others' messages after one's own read position, over HTTP and on every device."""

from collections.abc import Iterator

from clients.python.events import MessageSent
from clients.python.state import ConversationState
from tests.chaos.checkers.receipts import marks_of
from tests.chaos.evidence import Evidence
from tests.chaos.history import History


def check(_: History, evidence: Evidence) -> Iterator[str]:
    read = {
        id_: marks_of(timeline, [one for one in evidence.advances if one.conversation_id == id_]).read
        for id_, timeline in evidence.timelines.items()
    }
    states = [(one.user_id, one.state, "HTTP") for one in evidence.shown]
    states += [(one.user_id, one.state, f"device {one.device_id}") for one in evidence.copies]
    for user_id, state, where in states:
        wanted = _unread(evidence, user_id, state, read[state.conversation_id].get(user_id, 0))
        if state.unread != wanted:
            yield f"{state.conversation_id}: {user_id} is shown {state.unread} unread, not {wanted} ({where})"


def _unread(evidence: Evidence, user_id: str, state: ConversationState, read_seq: int) -> int:
    member = evidence.members[state.conversation_id].get(user_id)
    timeline = evidence.timelines[state.conversation_id]
    return sum(
        1
        for seq, one in timeline.items()
        if seq > read_seq
        and member is not None
        and member.sees(seq)
        and isinstance(one.event, MessageSent)
        and one.event.sender_id != user_id
    )
