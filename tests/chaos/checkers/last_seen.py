"""Last seen is right: who was cut off for good is offline, since their last sign of life; the others are online."""

from collections.abc import Iterator

from tests.chaos.evidence import Evidence
from tests.chaos.history import History
from tests.chaos.records import Left

HEARTBEAT_SECONDS = 1.5
THRESHOLD_SECONDS = 3.0
BUSY_SECONDS = 2.0  # promise 5: "the threshold plus 2 s"


def check(history: History, evidence: Evidence) -> Iterator[str]:
    left = {one.user_id: one for one in history.of(Left)}
    for presence in evidence.presences:
        gone = left.get(presence.user_id)
        if gone is None:
            if presence.is_online is not True:
                yield f"{presence.user_id} is connected, and shown offline"
        elif presence.is_online is not False or presence.last_seen_at is None:
            yield f"{presence.user_id} is gone, and not shown as gone"
        else:
            seen_at = presence.last_seen_at.timestamp()
            first, last = gone.alive_at - HEARTBEAT_SECONDS - BUSY_SECONDS, gone.at + THRESHOLD_SECONDS + BUSY_SECONDS
            if not first <= seen_at <= last:
                yield f"{presence.user_id} was last seen {seen_at - gone.at:+.1f} s from when they were cut off"
