"""What a device missed, as frames: a whole recovery from its cursors, or a snapshot. Never a partial recovery."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec import Raw

from infra.stores import watermarks
from infra.stores.inbox import Inbox, Membership, Span
from infra.stores.views import Views, when_whole
from schemas import frames
from schemas.frames import Watermark

PIECE_EVENTS = 200
SNAPSHOT_CONVERSATIONS = 200
# While messages flow, the inbox names heads that are newer than what the timeline had folded when it was looked at.
TIMELINE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Missed:
    """A conversation that moved: events are missing in these spans; without any, only watermarks moved."""

    membership: Membership
    spans: tuple[Span, ...]

    @property
    def events(self) -> int:
        return sum(one.last - one.first + 1 for one in self.spans)


def missed(
    memberships: Sequence[Membership], cursors: Mapping[str, int], since: datetime | None = None
) -> list[Missed]:
    """What is missing per conversation; one that the device does not know begins where its user joined. Pure.

    `since`: when the device was last there; None is not known. Receipts that came earlier are not told again.
    """
    found = []
    for one in memberships:
        cursor = cursors.get(one.conversation_id, 0)
        spans = tuple(Span(max(cursor + 1, span.first), span.last) for span in one.spans if cursor < span.last)
        is_told = one.advanced_at is None or (since is not None and one.advanced_at < since)
        if spans or (one.role is not None and not is_told):
            found.append(Missed(one, spans))
    return found


class CatchingUp:
    """Reads the views; they must have passed the log's ends before (freshness)."""

    def __init__(self, inbox: Inbox, views: Views, epoch: str, missed_events_max: int) -> None:
        self._inbox = inbox
        self._views = views
        self._epoch = epoch
        self._missed_events_max = missed_events_max

    async def frames(
        self, user_id: str, hello: frames.Hello, since: datetime | None = None
    ) -> AsyncIterator[bytes]:
        """All frames from what was missed up to and with Synced. Raises StoreUnavailable, IncompleteView."""
        if hello.cursors and hello.epoch == self._epoch:
            moved = missed(await self._inbox.all(user_id), hello.cursors, since)
            if sum(one.events for one in moved) <= self._missed_events_max:
                for one in moved:
                    async for frame in self._caught_up(user_id, one):
                        yield frame
                yield frames.encode(frames.Synced(recovered=True))
                return
        newest = await self._inbox.newest(user_id, SNAPSHOT_CONVERSATIONS)
        rows = await when_whole(lambda: self._views.summaries(user_id, newest), TIMELINE_SECONDS)
        yield frames.encode(frames.Snapshot(rows))
        yield frames.encode(frames.Synced(recovered=False))

    async def _caught_up(self, user_id: str, one: Missed) -> AsyncIterator[bytes]:
        membership = one.membership
        marks = await self._watermarks(user_id, membership)
        pieces = [piece for span in one.spans for piece in _pieces(span)]
        for piece in pieces:
            events = await self._events(user_id, membership, piece)
            yield frames.encode(frames.CaughtUp(membership.conversation_id, events, marks, membership.head_seq))
        if not pieces:
            yield frames.encode(frames.CaughtUp(membership.conversation_id, (), marks, membership.head_seq))

    async def _watermarks(self, user_id: str, membership: Membership) -> tuple[Watermark, ...]:
        """One's own first, also when one has left; then those of all who are there."""
        members = await self._inbox.members(membership.conversation_id, membership.head_seq)
        shown = await watermarks.shown(self._views.timeline, user_id, membership, members)
        others = (one for one in shown if one.user_id != user_id)
        own = Watermark(user_id, membership.delivered_seq, membership.read_seq)
        return (own, *(Watermark(one.user_id, one.delivered_seq, one.read_seq) for one in others))

    async def _events(self, user_id: str, membership: Membership, piece: Span) -> tuple[Raw, ...]:
        """Raises StoreUnavailable, IncompleteView."""
        return await when_whole(
            lambda: self._views.events(user_id, membership, piece.first, piece.last), TIMELINE_SECONDS
        )


def _pieces(span: Span) -> Iterator[Span]:
    for first in range(span.first, span.last + 1, PIECE_EVENTS):
        yield Span(first, min(first + PIECE_EVENTS - 1, span.last))
