"""What a device missed, as frames: a whole recovery from its cursors, or a snapshot. Never a partial recovery."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec import Raw

from infra.stores.inbox import Inbox, Membership
from infra.stores.views import IncompleteView, Views
from schemas import frames

PIECE_EVENTS = 200
SNAPSHOT_CONVERSATIONS = 200
# While messages flow, the inbox names heads that are newer than what the timeline had folded when it was looked at.
TIMELINE_SECONDS, LOOK_AGAIN_SECONDS = 3.0, 0.02


@dataclass(frozen=True, slots=True)
class Missed:
    """A conversation that moved: the seqs from `first` to `last` are missing."""

    membership: Membership
    first: int
    last: int


def missed(memberships: Sequence[Membership], cursors: Mapping[str, int]) -> list[Missed]:
    """What is missing per conversation; one that the device does not know begins where its user joined. Pure."""
    found = []
    for one in memberships:
        first = max(cursors.get(one.conversation_id, 0) + 1, one.joined_seq)
        if first <= one.head_seq:
            found.append(Missed(one, first, one.head_seq))
    return found


class CatchingUp:
    """Reads the views; they must have passed the log's ends before (freshness)."""

    def __init__(self, inbox: Inbox, views: Views, epoch: str, missed_events_max: int) -> None:
        self._inbox = inbox
        self._views = views
        self._epoch = epoch
        self._missed_events_max = missed_events_max

    async def frames(self, user_id: str, hello: frames.Hello) -> AsyncIterator[bytes]:
        """All frames from what was missed up to and with Synced. Raises StoreUnavailable, IncompleteView."""
        if hello.cursors and hello.epoch == self._epoch:
            moved = missed(await self._inbox.all(user_id), hello.cursors)
            if sum(one.last - one.first + 1 for one in moved) <= self._missed_events_max:
                for one in moved:
                    async for frame in self._caught_up(user_id, one):
                        yield frame
                yield frames.encode(frames.Synced(recovered=True))
                return
        newest = await self._inbox.newest(user_id, SNAPSHOT_CONVERSATIONS)
        yield frames.encode(frames.Snapshot(await self._views.summaries(user_id, newest)))
        yield frames.encode(frames.Synced(recovered=False))

    async def _caught_up(self, user_id: str, one: Missed) -> AsyncIterator[bytes]:
        membership = one.membership
        own = frames.Watermark(user_id, membership.delivered_seq, membership.read_seq)
        for first in range(one.first, one.last + 1, PIECE_EVENTS):
            events = await self._events(user_id, membership, first, min(first + PIECE_EVENTS - 1, one.last))
            yield frames.encode(frames.CaughtUp(membership.conversation_id, events, (own,), membership.head_seq))

    async def _events(self, user_id: str, membership: Membership, first: int, last: int) -> tuple[Raw, ...]:
        """The events, as soon as the timeline has them all. Raises StoreUnavailable, IncompleteView."""
        deadline = time.monotonic() + TIMELINE_SECONDS
        while True:
            try:
                return await self._views.events(user_id, membership, first, last)
            except IncompleteView:
                if time.monotonic() >= deadline:
                    raise
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
