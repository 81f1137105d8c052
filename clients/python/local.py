"""The local copy of one conversation: its history, its members, how far each has come.

`cursor` is the last seq up to which nothing is missing; events over a hole wait in `held` until the hole is
filled. Live events bring the copy to where the API would show it: `state.py` compares the two.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from clients.python.events import (
    AnyTimelineEvent,
    GroupCreated,
    MemberRemoved,
    MembersAdded,
    MessageEdited,
    MessageSent,
    Timestamp,
)
from clients.python.frames import TypingChanged
from clients.python.history import History
from clients.python.roster import Roster
from clients.python.summaries import ConversationSummary, Watermark
from clients.python.watermarks import Watermarks


@dataclass(frozen=True, slots=True)
class Counted:
    """What the API counted: so many unread up to `seq`, while one's own read position was `read_seq`."""

    seq: int
    read_seq: int = 0
    unread: int = 0


@dataclass(slots=True)
class Conversation:
    """Read it as you like; only the session changes it."""

    conversation_id: str
    cursor: int = 0
    own_user_id: str = ""
    roster: Roster = field(default_factory=Roster)
    watermarks: Watermarks = field(default_factory=Watermarks)
    typing: set[str] = field(default_factory=set)
    muted_until: Timestamp | None = None
    held: dict[int, AnyTimelineEvent] = field(default_factory=dict)
    complete_from: int = 0  # from here to the cursor all that one may see is here
    _history: History = field(default_factory=History)
    _counted: Counted = Counted(0)
    _head_message: MessageSent | None = None

    def __post_init__(self) -> None:
        self.complete_from = self.complete_from or self.cursor + 1

    @property
    def kind(self) -> str | None:
        """`direct`, `group`, or None while it is not known."""
        return self.roster.kind

    @property
    def name(self) -> str | None:
        """A group's name."""
        return self.roster.name

    @property
    def member_ids(self) -> set[str]:
        """The members, as far as they are known."""
        return set(self.roster.members)

    @property
    def is_member(self) -> bool:
        """Whether one has not left."""
        return self.roster.is_member

    @property
    def events(self) -> dict[int, AnyTimelineEvent]:
        """The events that are here, by seq; messages as they are now."""
        return self._history.events

    @property
    def history(self) -> list[AnyTimelineEvent]:
        """The events that are here, ascending."""
        return [self.events[seq] for seq in sorted(self.events)]

    @property
    def messages(self) -> list[MessageSent]:
        """The messages that are here, ascending, as they are now."""
        return [event for event in self.history if isinstance(event, MessageSent)]

    @property
    def last_message(self) -> MessageSent | None:
        """The newest message, as far as it is known."""
        for seq in sorted(self.events, reverse=True):
            if isinstance(event := self.events[seq], MessageSent):
                return event
        return self._head_message

    @property
    def oldest_seq(self) -> int | None:
        """The lowest seq that is here; further back is the timeline's."""
        return min(self.events, default=None)

    @property
    def last_at(self) -> datetime:
        """When something happened last, as far as is known here; the earliest time where nothing is."""
        newest = self.events[max(self.events)] if self.events else self._head_message
        return datetime.min.replace(tzinfo=UTC) if newest is None else newest.at

    @property
    def own_mark(self) -> Watermark:
        """How far oneself has come."""
        return self.watermarks.of(self.own_user_id)

    @property
    def unread(self) -> int:
        """Others' messages after one's own read position: counted here, or by the API where too little is here."""
        after = self.own_mark.read_seq if self.is_unread_here else self._counted.seq
        news = range(max(after + 1, self.complete_from), self.cursor + 1)
        count = sum(1 for seq in news if self._is_anothers(seq, MessageSent))
        return count if self.is_unread_here else count + self._counted.unread

    @property
    def is_unread_here(self) -> bool:
        """Whether everything after one's own read position is here."""
        return self.complete_from <= self.own_mark.read_seq + 1

    @property
    def is_unread_known(self) -> bool:
        """False when one has read on another device what is not here: only the API can count the rest."""
        return self.is_unread_here or self._counted.read_seq == self.own_mark.read_seq

    def message(self, message_id: str) -> MessageSent | None:
        """A message as it is now, if it is here."""
        return self._history.message(message_id)

    def decisive_seq(self, message: MessageSent) -> int:
        """The seq that a reader must have passed to have its present text: the last edit's, or its own."""
        return self._history.decisive_seq(message)

    def accept(self, event: AnyTimelineEvent) -> list[AnyTimelineEvent]:
        """Takes an event; gives those that are new and in order now: none for a repeat or over a hole."""
        if event.seq > self.cursor:
            self.held[event.seq] = event
        return list(self._release())

    def skip_to(self, seq: int) -> list[AnyTimelineEvent]:
        """Gives up on what is missing before a seq: what waits from there on is taken as it is."""
        self.cursor = max(self.cursor, seq - 1)
        self.complete_from = self.cursor + 1
        self.roster.is_complete = False
        return list(self._release())

    def remember(self, events: Iterable[AnyTimelineEvent], *, has_more: bool) -> None:
        """The page before `complete_from`."""
        older = [event for event in events if event.seq <= self.cursor]
        self._history.remember(older)
        first_seq = min((event.seq for event in older), default=self.complete_from)
        self.complete_from = min(self.complete_from, first_seq if has_more else 1)

    def describe(self, summary: ConversationSummary) -> bool:
        """What the API says of the conversation; False if that is older than what is here, and so of no use."""
        if summary.head_seq < self.complete_from - 1:
            return False
        self.muted_until = summary.muted_until
        self.roster.describe(summary)
        for member in summary.members or ():
            if not isinstance(member, str):
                self.watermarks.lift(member.user_id, member.delivered_seq, member.read_seq)
        self.watermarks.lift(self.own_user_id, summary.delivered_seq, summary.read_seq)
        self._counted = Counted(summary.head_seq, summary.read_seq, summary.unread)
        for event in self.history:
            if event.seq > summary.head_seq:
                self._fold_members(event)
        return True

    def set_typing(self, frame: TypingChanged) -> None:
        """Somebody types, or no longer does."""
        (self.typing.add if frame.is_typing else self.typing.discard)(frame.user_id)

    def needs_receipt(self, after_seq: int, up_to_seq: int) -> bool:
        """Whether there may be something of others between that has ticks: a message or an edit."""
        first_seq = max(after_seq + 1, self.complete_from)
        is_more_unknown = after_seq + 1 < min(self.complete_from, up_to_seq + 1)
        return is_more_unknown or any(
            self._is_anothers(seq, (MessageSent, MessageEdited)) for seq in range(up_to_seq, first_seq - 1, -1)
        )

    def _release(self) -> Iterator[AnyTimelineEvent]:
        while self.held:
            seq = min(self.held)
            event = self.held[seq]
            if seq != self.cursor + 1:
                if not self._is_return(event):
                    return
                self._history, self.complete_from = History(), seq  # what is older may have been deleted meanwhile
            del self.held[seq]
            self.cursor = seq
            self._history.append(event)
            self._fold(event)
            yield event

    def _is_return(self, event: AnyTimelineEvent) -> bool:
        """Whether one comes back after having left: what lies between is nobody's to show."""
        return not self.is_member and isinstance(event, MembersAdded) and self.own_user_id in event.member_ids

    def _fold(self, event: AnyTimelineEvent) -> None:
        self._fold_members(event)
        match event:
            case MessageSent(sender_id=sender_id):
                self.typing.discard(sender_id)
                if sender_id == self.own_user_id:  # sending implies having read; of others the server says so
                    self.watermarks.lift(sender_id, event.seq, event.seq)
            case MemberRemoved(user_id=user_id):
                self.typing.discard(user_id)
            case _:
                pass

    def _fold_members(self, event: AnyTimelineEvent) -> None:
        self.roster.fold(event, self.own_user_id)
        match event:
            case GroupCreated():
                self._join(event.member_ids, event.seq)
                self.watermarks.lift(event.actor_id or "", event.seq, event.seq)
            case MembersAdded() | MessageSent(member_ids=tuple()):
                self._join(event.member_ids or (), event.seq)
            case _:
                pass

    def _join(self, user_ids: Iterable[str], seq: int) -> None:
        """Who joins has nothing to read but what follows."""
        for user_id in user_ids:
            self.watermarks.lift(user_id, seq - 1, seq - 1)

    def _is_anothers(self, seq: int, kind: type | tuple[type, ...]) -> bool:
        event = self.events.get(seq)
        return event is not None and isinstance(event, kind) and event.actor_id != self.own_user_id


def from_summary(summary: ConversationSummary, own_user_id: str) -> Conversation:
    """The copy that begins at the head: what is older is paged back when somebody wants it."""
    copy = Conversation(summary.conversation_id, summary.head_seq, own_user_id)
    head = summary.head_message
    if head is not None and head.seq == summary.head_seq:
        copy.remember([head], has_more=True)
    copy._head_message = head  # noqa: SLF001  made here
    copy.describe(summary)
    return copy
