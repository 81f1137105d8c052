"""At most one visible push for a message and a device, and none of what its owner may not see or wrote themselves."""

from collections import Counter
from collections.abc import Iterator

from clients.python.events import MessageSent
from tests.chaos.evidence import Evidence
from tests.chaos.history import History
from tests.chaos.records import Arrived


def check(history: History, evidence: Evidence) -> Iterator[str]:
    counts = Counter((one.token, one.message_id) for one in evidence.pushes)
    yield from (f"{token} was told of {id_} {count} times" for (token, id_), count in counts.items() if count > 1)
    owners = {one.push_token: one.user_id for one in history.of(Arrived) if one.push_token}
    messages = {
        one.event.message_id: one.event
        for timeline in evidence.timelines.values()
        for one in timeline.values()
        if isinstance(one.event, MessageSent)
    }
    for token, message_id in counts:
        event, user_id = messages.get(message_id), owners.get(token)
        if event is None or user_id is None:
            yield f"{token} was told of {message_id}, which is nobody's or not in the log"
            continue
        member = evidence.members[event.conversation_id].get(user_id)
        if member is None or not member.sees(event.seq) or event.sender_id == user_id:
            yield f"{token} was told of {message_id}, which is not for {user_id}"
