"""All local copies of a device: events come out once each, in the order of `seq`. Pure.

A jump in `seq` opens a hole, which is filled from the timeline; what lies beyond it waits. What events alone do not
tell (the members of a group that one was added to) is asked of the API.
"""

from collections.abc import Iterable, Mapping

from clients.python.describing import Describing
from clients.python.effects import (
    Announce,
    Described,
    Effect,
    FetchConversation,
    FetchMissing,
    HoleSkipped,
)
from clients.python.events import AnyTimelineEvent, MembersAdded
from clients.python.frames import CaughtUp, DeliveredAdvanced, ReadAdvanced, TypingChanged
from clients.python.holes import ATTEMPTS_MAX, Holes
from clients.python.local import Conversation, from_summary
from clients.python.summaries import ConversationSummary

SNAPSHOT_CONVERSATIONS_MAX = 200  # a Snapshot of as many may leave others out


class Copies:
    """The conversations, their holes, and the heads that CaughtUp announced."""

    def __init__(self, cursors: Mapping[str, int]) -> None:
        self.conversations = {name: Conversation(name, cursor) for name, cursor in cursors.items()}
        self.own_user_id = ""
        self.generation = 0  # pages asked for before a reconnect or a Snapshot are stale
        self._holes = Holes()
        self._describing = Describing()
        self._heads: dict[str, int] = {}
        self._is_snapshot_full = False

    def disconnected(self) -> None:
        """What waited beyond a hole will come again; who was typing may have stopped."""
        self._forget()
        for copy in self.conversations.values():
            copy.held.clear()
            copy.typing.clear()

    def welcome(self, own_user_id: str) -> None:
        """The server has said whose copies these are."""
        self.own_user_id = own_user_id
        for copy in self.conversations.values():
            copy.own_user_id = own_user_id

    def replace(self, rows: Iterable[ConversationSummary]) -> None:
        """A Snapshot: what was here is dropped."""
        self._forget()
        self._describing.clear()
        self.conversations = {row.conversation_id: from_summary(row, self.own_user_id) for row in rows}
        self._is_snapshot_full = len(self.conversations) >= SNAPSHOT_CONVERSATIONS_MAX

    def copy_of(self, conversation_id: str, first_seq: int = 1) -> Conversation:
        """The copy, made when new. One that the Snapshot left out begins here; others are owed in full."""
        copy = self.conversations.get(conversation_id)
        if copy is None:
            cursor = first_seq - 1 if self._is_snapshot_full else 0
            copy = Conversation(conversation_id, cursor, self.own_user_id)
            self.conversations[conversation_id] = copy
        return copy

    def direct_with(self, user_id: str) -> str | None:
        """The direct conversation with a user, if there is a copy of it."""
        for name, copy in self.conversations.items():
            if copy.kind == "direct" and user_id in copy.member_ids:
                return name
        return None

    def accept(self, event: AnyTimelineEvent) -> list[Effect]:
        """Takes an event; announces those that are new and in order now."""
        copy = self.copy_of(event.conversation_id, event.seq)
        fresh = copy.accept(event)
        if copy.held:
            self._holes.open(event.conversation_id, max(copy.held))
        if any(isinstance(new, MembersAdded) and self.own_user_id in new.member_ids for new in fresh):
            self._describing.want(event.conversation_id)
        return [Announce(new) for new in fresh]

    def advance(self, frame: DeliveredAdvanced | ReadAdvanced) -> None:
        """A member has come further, in a conversation that is here."""
        copy = self.conversations.get(frame.conversation_id)
        if copy is not None:
            copy.watermarks.advance(frame)
            self._count_unread(copy)

    def set_typing(self, frame: TypingChanged) -> None:
        """Somebody types, or no longer does."""
        copy = self.conversations.get(frame.conversation_id)
        if copy is not None:
            copy.set_typing(frame)

    def catch_up(self, frame: CaughtUp) -> None:
        """The watermarks and the head of a CaughtUp, after its events."""
        copy = self.copy_of(frame.conversation_id, frame.head_seq + 1)
        self._heads[frame.conversation_id] = frame.head_seq
        for mark in frame.watermarks:
            copy.watermarks.lift(mark.user_id, mark.delivered_seq, mark.read_seq)
        self._count_unread(copy)

    def synced(self) -> None:
        """Every announced head must have been reached; where not, there is a hole."""
        for name, head_seq in self._heads.items():
            if self.conversations[name].cursor < head_seq:
                self._holes.open(name, head_seq)
        self._heads.clear()

    def ask(self, now: float) -> list[Effect]:
        """What to ask the API for now."""
        pages: list[Effect] = [
            FetchMissing(name, self.conversations[name].cursor, self.generation) for name in self._holes.take_due(now)
        ]
        return pages + [FetchConversation(name, self.generation) for name in self._describing.take_due(now)]

    def next_at(self) -> float | None:
        """When to ask next."""
        times = (self._holes.next_at(), self._describing.next_at())
        return min((time for time in times if time is not None), default=None)

    def filled(self, asked: FetchMissing, now: float) -> list[Effect]:
        """A page has been accepted: close the hole, ask on, ask again later, or give up."""
        name = asked.conversation_id
        if name not in self._holes:
            return []
        hole, copy = self._holes[name], self.conversations[name]
        if not copy.held and copy.cursor >= hole.until_seq:
            self._holes.close(name)
        elif copy.cursor > asked.after:
            hole.progress()
        elif hole.attempts < ATTEMPTS_MAX:
            hole.wait(now, is_counted=True)
        else:
            return self._skip(copy, hole.until_seq)
        return []

    def describe(self, asked: FetchConversation, summary: ConversationSummary, now: float) -> list[Effect]:
        """The API's word on a conversation."""
        copy = self.conversations.get(asked.conversation_id)
        if asked.generation != self.generation or copy is None:
            return []
        if not copy.describe(summary):
            self._describing.failed(asked.conversation_id, now)
            return []
        self._describing.done(asked.conversation_id)
        return [Announce(Described(asked.conversation_id))]

    def describe_failed(self, asked: FetchConversation, now: float) -> None:
        """The API gave none: again later."""
        if asked.generation == self.generation:
            self._describing.failed(asked.conversation_id, now)

    def failed(self, asked: FetchMissing, now: float) -> None:
        """The timeline could not be asked: again later."""
        if asked.generation == self.generation and asked.conversation_id in self._holes:
            self._holes[asked.conversation_id].wait(now, is_counted=False)

    def _count_unread(self, copy: Conversation) -> None:
        if copy.kind is not None and not copy.is_unread_known:
            self._describing.want(copy.conversation_id)

    def _skip(self, copy: Conversation, until_seq: int) -> list[Effect]:
        after_seq, before_seq = copy.cursor, min(copy.held, default=until_seq + 1)
        fresh = copy.skip_to(before_seq)
        self._holes.close(copy.conversation_id)
        if copy.held:
            self._holes.open(copy.conversation_id, max(copy.held))
        skipped = HoleSkipped(copy.conversation_id, after_seq, before_seq)
        return [Announce(skipped), *(Announce(event) for event in fresh)]

    def _forget(self) -> None:
        self._holes.clear()
        self._heads.clear()
        self._describing.again()
        self.generation += 1
