"""What a person sees of the views: the conversation list, and ranges of timelines, as finished JSON.

Membership and head come from one row of the inbox, and nothing above that head is ever shown. Used by API and gateway.
"""

from collections.abc import Iterable, Sequence

from msgspec import Raw

from infra.stores.inbox import Membership
from infra.stores.keys import Keys
from infra.stores.timeline import Timeline, TimelineRow
from schemas import frames, rendering
from schemas.codec import decode_event
from schemas.events import MessageSent
from schemas.sealing import DataKey


class Views:
    def __init__(self, timeline: Timeline, keys: Keys) -> None:
        self.timeline = timeline
        self.keys = keys

    async def summaries(
        self, user_id: str, memberships: Sequence[Membership]
    ) -> tuple[frames.ConversationSummary, ...]:
        """The conversation list's rows, in the order given. Raises StoreUnavailable."""
        heads = await self._shown(user_id, [one.head_event for one in memberships])
        return tuple(_summary(one, head) for one, head in zip(memberships, heads, strict=True))

    async def events(self, user_id: str, membership: Membership, first: int, last: int) -> tuple[Raw, ...]:
        """The events from seq `first` to `last` that the member may see, ascending. Raises StoreUnavailable.

        Raises IncompleteView if a row below the head is missing: better a fault than a hole.
        """
        first, last = max(first, membership.joined_seq), min(last, membership.head_seq)
        rows = await self.timeline.read(membership.conversation_id, first, last)
        if len(rows) != max(0, last - first + 1):
            raise IncompleteView(f"{membership.conversation_id}: {len(rows)} rows from {first} to {last}")
        return tuple(await self._shown(user_id, [_event(row) for row in rows]))

    async def _shown(self, user_id: str, values: Iterable[bytes]) -> list[Raw]:
        events = [decode_event(value) for value in values]
        keys = await self.keys.load({event.actor_id for event in events})
        return [_show(event, user_id, keys[event.actor_id]) for event in events if isinstance(event, MessageSent)]


class IncompleteView(Exception):
    """The timeline has fewer rows than the head says, or one that could not be read."""


def _event(row: TimelineRow) -> bytes:
    if row.event is None:
        raise IncompleteView(f"{row.conversation_id}: seq {row.seq} is unreadable: {row.unreadable}")
    return row.event


def _show(event: MessageSent, user_id: str, key: DataKey | None) -> Raw:
    return rendering.message_in_timeline(event, open_body(event, key), to_author=event.actor_id == user_id)


def open_body(event: MessageSent, key: DataKey | None) -> bytes | None:
    """The plain body's JSON, None where its author was erased. Raises SealBroken."""
    if key is None:
        return None
    return key.open(
        event.body,
        conversation_id=event.conversation_id,
        sender_id=event.actor_id,
        client_id=event.client_id,
    )


def _summary(one: Membership, head: Raw) -> frames.ConversationSummary:
    return frames.ConversationSummary(
        conversation_id=one.conversation_id,
        kind=one.kind,
        name=None,
        members=one.members,
        head_seq=one.head_seq,
        head_message=head,
        delivered_seq=one.delivered_seq,
        read_seq=one.read_seq,
        unread=one.unread,
        muted_until=None,
        role=one.role,
    )
