"""The local copy of one conversation: its events by seq, its members, its watermarks.

`cursor` is the last seq up to which nothing is missing; events over a hole wait in `held` until the hole is
filled.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from clients.python.frames import (
    AnyTimelineEvent,
    ConversationSummary,
    DeliveredAdvanced,
    GroupCreated,
    GroupSettingsChanged,
    MemberRemoved,
    MembersAdded,
    MessageSent,
    ReadAdvanced,
    Watermark,
)


@dataclass(slots=True)
class Conversation:
    """Read it as you like; only the session changes it."""

    conversation_id: str
    cursor: int = 0
    kind: str | None = None
    name: str | None = None
    member_ids: set[str] = field(default_factory=set)
    is_member: bool = False
    unread: int = 0
    watermarks: dict[str, Watermark] = field(default_factory=dict)
    events: dict[int, AnyTimelineEvent] = field(default_factory=dict)
    held: dict[int, AnyTimelineEvent] = field(default_factory=dict)

    @property
    def history(self) -> list[AnyTimelineEvent]:
        """The events that are here, ascending."""
        return [self.events[seq] for seq in sorted(self.events)]

    @property
    def messages(self) -> list[MessageSent]:
        """The messages that are here, ascending, as they were when they came."""
        return [event for event in self.history if isinstance(event, MessageSent)]

    @property
    def oldest_seq(self) -> int | None:
        """The lowest seq that is here; further back is the timeline's."""
        return min(self.events, default=None)

    @property
    def last_at(self) -> datetime:
        """When something happened last, as far as is known here; the earliest time where nothing is."""
        return self.events[max(self.events)].at if self.events else datetime.min.replace(tzinfo=UTC)

    def accept(self, event: AnyTimelineEvent, own_user_id: str) -> list[AnyTimelineEvent]:
        """Takes an event; gives those that are new and in order now: none for a repeat or over a hole."""
        if event.seq > self.cursor:
            self.held[event.seq] = event
        return list(self._release(own_user_id))

    def skip_to(self, seq: int, own_user_id: str) -> list[AnyTimelineEvent]:
        """Gives up on what is missing before a seq: what waits from there on is taken as it is."""
        self.cursor = max(self.cursor, seq - 1)
        return list(self._release(own_user_id))

    def remember(self, events: Iterable[AnyTimelineEvent]) -> None:
        """Older events, from a page of history."""
        for event in events:
            if event.seq <= self.cursor:
                self.events.setdefault(event.seq, event)

    def describe(self, summary: ConversationSummary) -> None:
        """What the API says of the conversation."""
        self.kind, self.name = summary.kind, summary.name
        self.member_ids = set(summary.member_ids)

    def advance(self, frame: DeliveredAdvanced | ReadAdvanced, own_user_id: str) -> None:
        """Moves a member's watermark; it never falls."""
        is_read = isinstance(frame, ReadAdvanced)
        self.set_watermark(Watermark(frame.user_id, frame.to_seq, frame.to_seq if is_read else 0))
        if is_read and frame.user_id == own_user_id:
            self.unread = sum(
                1
                for message in self.messages
                if message.seq > frame.to_seq and message.sender_id != own_user_id
            )

    def set_watermark(self, mark: Watermark) -> None:
        """Keeps the higher of the watermark that is known and this one."""
        known = self.watermarks.get(mark.user_id, mark)
        self.watermarks[mark.user_id] = Watermark(
            mark.user_id, max(known.delivered_seq, mark.delivered_seq), max(known.read_seq, mark.read_seq)
        )

    def _release(self, own_user_id: str) -> Iterator[AnyTimelineEvent]:
        while self.held:
            seq = min(self.held)
            event = self.held[seq]
            if seq != self.cursor + 1 and not self._is_return(event, own_user_id):
                return
            del self.held[seq]
            self.cursor = seq
            self.events[seq] = event
            self._fold(event, own_user_id)
            yield event

    def _is_return(self, event: AnyTimelineEvent, own_user_id: str) -> bool:
        """Whether one comes back after having left: what lies between is nobody's to show."""
        return not self.is_member and isinstance(event, MembersAdded) and own_user_id in event.member_ids

    def _fold(self, event: AnyTimelineEvent, own_user_id: str) -> None:
        match event:
            case GroupCreated():
                self.kind, self.name = "group", event.name
                self.member_ids = set(event.member_ids) | {event.actor_id or own_user_id}
                self.is_member = True
            case MembersAdded():
                self.kind = "group"
                self.member_ids |= set(event.member_ids)
                self.is_member = self.is_member or own_user_id in event.member_ids
            case MemberRemoved():
                self.member_ids.discard(event.user_id)
                self.is_member = self.is_member and event.user_id != own_user_id
            case GroupSettingsChanged(name=str(name)):
                self.name = name
            case MessageSent():
                self._fold_message(event, own_user_id)
            case _:
                pass

    def _fold_message(self, event: MessageSent, own_user_id: str) -> None:
        if event.member_ids is not None:
            self.kind, self.member_ids = "direct", set(event.member_ids)
        self.is_member = True
        if event.sender_id == own_user_id:
            self.unread = 0  # sending implies having read
        else:
            self.unread += 1


def from_summary(summary: ConversationSummary) -> Conversation:
    """The copy that begins at the head: what is older is paged back when somebody wants it."""
    head = summary.head_message
    return Conversation(
        conversation_id=summary.conversation_id,
        cursor=summary.head_seq,
        kind=summary.kind,
        name=summary.name,
        member_ids=set(summary.member_ids),
        is_member=summary.role is not None,
        unread=summary.unread,
        events={head.seq: head} if head is not None and head.seq == summary.head_seq else {},
    )
