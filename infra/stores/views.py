"""What a person sees of the views: the conversation list, and ranges of timelines, as finished JSON.

Membership and head come from one row of the inbox, and nothing beyond what that allows is ever shown. Used by API and
gateway.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from msgspec import Raw

from infra.stores.inbox import LastMessage, Membership
from infra.stores.keys import Keys
from infra.stores.timeline import Timeline, TimelineRow
from schemas import frames, rendering
from schemas.bodies import SealedText
from schemas.codec import decode_event
from schemas.events import AnyTimelineEvent, MessageEdited, MessageSent, TimelineEvent
from schemas.rendering import Fate
from schemas.sealing import DataKey
from schemas.times import timestamp

LOOK_BACK_SEQS = 64
LOOK_AGAIN_SECONDS = 0.02

T = TypeVar("T")
Sees = Callable[[int], bool]


@dataclass(frozen=True, slots=True)
class Shown:
    """An event as a viewer gets it: the event whose body is current, if a body may be shown, and its fate."""

    event: AnyTimelineEvent
    bodied: MessageSent | MessageEdited | None
    fate: Fate = Fate()  # noqa: RUF009 — frozen


class Views:
    def __init__(self, timeline: Timeline, keys: Keys) -> None:
        self.timeline = timeline
        self.keys = keys

    async def summaries(
        self, user_id: str, memberships: Sequence[Membership]
    ) -> tuple[frames.ConversationSummary, ...]:
        """The conversation list's rows, in the order given. Raises StoreUnavailable, IncompleteView."""
        shown = [await self._last(one) for one in memberships]
        heads = iter(await self._render(user_id, [one for one in shown if one]))
        return tuple(
            self._summary(one, next(heads) if last else None) for one, last in zip(memberships, shown, strict=True)
        )

    async def events(self, user_id: str, membership: Membership, first: int, last: int) -> tuple[Raw, ...]:
        """The events from seq `first` to `last` that the member may see, ascending. Raises StoreUnavailable.

        Raises IncompleteView if a row below the head is missing: better a fault than a hole.
        """
        rows: list[TimelineRow] = []
        for span in membership.spans:
            rows += await self._rows(membership, max(first, span.first), min(last, span.last))
        deleted = await self._deleted(membership, rows)
        return tuple(await self._render(user_id, [_shown(row, membership.sees, deleted) for row in rows]))

    async def _rows(self, membership: Membership, first: int, last: int) -> list[TimelineRow]:
        """All rows of a range within a span. Raises IncompleteView."""
        found = await self.timeline.read(membership.conversation_id, first, last)
        if len(found) != max(0, last - first + 1):
            raise IncompleteView(f"{membership.conversation_id}: {len(found)} rows from {first} to {last}")
        return found

    async def _deleted(self, membership: Membership, rows: Sequence[TimelineRow]) -> frozenset[int]:
        """Which messages are deleted, of those that are, or are edited, in these rows."""
        known = {row.seq: row for row in rows}
        edits = (event for row in rows if isinstance(event := _event(row), MessageEdited))
        for seq in {event.message_seq for event in edits} - known.keys():
            known |= {row.seq: row for row in await self.timeline.read(membership.conversation_id, seq, seq)}
        return frozenset(seq for seq, row in known.items() if row.deleted_seq is not None)

    async def _last(self, membership: Membership) -> Shown | None:
        """The last message that the member may see, and what became of it."""
        last = membership.last_message
        if last is None:
            return None
        if membership.role is not None and last.seq >= membership.joined_seq:
            return _shown_last(last)
        return await self._last_before(membership)

    async def _last_before(self, membership: Membership) -> Shown | None:
        """Of who has left, or came again and missed what became of it: looked for in the timeline, backwards."""
        for span in reversed(membership.spans):
            first = max(span.first, span.last - LOOK_BACK_SEQS + 1)
            for row in reversed(await self._rows(membership, first, span.last)):
                if isinstance(_event(row), MessageSent):
                    return _shown(row, membership.sees, frozenset((row.seq,) if row.deleted_seq else ()))
        return None

    async def _render(self, user_id: str, shown: Sequence[Shown]) -> list[Raw]:
        keys = await self.keys.load({one.bodied.actor_id for one in shown if one.bodied})
        return [self._frame(one, user_id, keys) for one in shown]

    def _frame(self, one: Shown, user_id: str, keys: Mapping[str, DataKey | None]) -> Raw:
        body = open_body(one.bodied, keys[one.bodied.actor_id]) if one.bodied else None
        open_text = self.keys.conversation(one.event.conversation_id)
        return rendering.in_timeline(one.event, body, open_text, one.fate, to_author=one.event.actor_id == user_id)

    def _summary(self, one: Membership, head: Raw | None) -> frames.ConversationSummary:
        return frames.ConversationSummary(
            conversation_id=one.conversation_id,
            kind=one.kind,
            name=self.text(one.conversation_id, one.name),
            members=one.members,
            head_seq=one.head_seq,
            head_message=head,
            delivered_seq=min(one.delivered_seq, one.head_seq),
            read_seq=min(one.read_seq, one.head_seq),
            unread=one.unread,
            muted_until=None if one.muted_until is None else timestamp(round(one.muted_until.timestamp() * 1000)),
            role=one.role,
        )

    def text(self, conversation_id: str, sealed: bytes | None) -> str | None:
        """A conversation's sealed text, opened."""
        return None if sealed is None else self.keys.conversation(conversation_id)(SealedText(sealed))


class IncompleteView(Exception):
    """The timeline has fewer rows than the head says, or one that could not be read."""


async def when_whole(look: Callable[[], Awaitable[T]], wait_seconds: float) -> T:
    """What is looked at, as soon as it is whole: the inbox, which names the head, may be a moment ahead of the
    timeline. Raises IncompleteView, and whatever `look` raises."""
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return await look()
        except IncompleteView:
            if time.monotonic() >= deadline:
                raise
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _event(row: TimelineRow) -> AnyTimelineEvent:
    if row.event is None:
        raise IncompleteView(f"{row.conversation_id}: seq {row.seq} is unreadable: {row.unreadable}")
    event = decode_event(row.event)
    if not isinstance(event, TimelineEvent):
        raise IncompleteView(f"{row.conversation_id}: seq {row.seq} holds a {type(event).__name__}")
    return event


def _shown(row: TimelineRow, sees: Sees, deleted: frozenset[int]) -> Shown:
    """What a member sees of a row: of a message's edits and reactions only what they saw happen."""
    event = _event(row)
    match event:
        case MessageSent():
            edits = [seq for seq in row.edits if sees(seq)]
            edit = _edit(row.edits[max(edits)]) if edits else None
            return _message(event, edit, is_deleted=row.seq in deleted, reactions=_reactions(row, sees))
        case MessageEdited():
            return Shown(event, None if event.message_seq in deleted else event)
        case _:
            return Shown(event, None)


def _shown_last(last: LastMessage) -> Shown:
    event = decode_event(last.event)
    assert isinstance(event, MessageSent)
    edit = _edit(last.edit) if last.edit else None
    reactions = (frames.Reaction(user_id, emoji) for user_id, emoji in sorted(last.reactions.items()))
    return _message(event, edit, is_deleted=last.is_deleted, reactions=reactions)


def _message(
    event: MessageSent, edit: MessageEdited | None, *, is_deleted: bool, reactions: Iterable[frames.Reaction]
) -> Shown:
    fate = Fate(edit.at if edit else None, is_deleted, tuple(reactions))
    return Shown(event, None if is_deleted else (edit or event), fate)


def _edit(value: bytes) -> MessageEdited:
    edit = decode_event(value)
    assert isinstance(edit, MessageEdited)
    return edit


def _reactions(row: TimelineRow, sees: Sees) -> Iterable[frames.Reaction]:
    last = dict(row.reactions[seq] for seq in sorted(row.reactions) if sees(seq))
    return (frames.Reaction(user_id, emoji) for user_id, emoji in sorted(last.items()) if emoji is not None)


def open_body(event: MessageSent | MessageEdited, key: DataKey | None) -> bytes | None:
    """The plain body's JSON, None where its author was erased. Raises SealBroken."""
    if key is None:
        return None
    return key.open(
        event.body,
        conversation_id=event.conversation_id,
        sender_id=event.actor_id,
        client_id=event.client_id,
    )
