"""All local copies of a device: events come out once each, in the order of `seq`. Pure.

A jump in `seq` opens a hole, which is filled from the timeline; what lies beyond it waits.
"""

from collections.abc import Iterable, Mapping

from clients.python.effects import Announce, Effect, FetchMissing, HoleSkipped
from clients.python.frames import AnyTimelineEvent, CaughtUp, ConversationSummary
from clients.python.holes import ATTEMPTS_MAX, Holes
from clients.python.local import Conversation, from_summary

SNAPSHOT_CONVERSATIONS_MAX = 200  # a Snapshot of as many may leave others out


class Copies:
    """The conversations, their holes, and the heads that CaughtUp announced."""

    def __init__(self, cursors: Mapping[str, int]) -> None:
        self.conversations = {name: Conversation(name, cursor) for name, cursor in cursors.items()}
        self.generation = 0  # pages asked for before a reconnect or a Snapshot are stale
        self._holes = Holes()
        self._heads: dict[str, int] = {}
        self._is_snapshot_full = False

    def disconnected(self) -> None:
        """What waited beyond a hole will come again."""
        self._forget()
        for copy in self.conversations.values():
            copy.held.clear()

    def replace(self, rows: Iterable[ConversationSummary]) -> None:
        """A Snapshot: what was here is dropped."""
        self._forget()
        self.conversations = {row.conversation_id: from_summary(row) for row in rows}
        self._is_snapshot_full = len(self.conversations) >= SNAPSHOT_CONVERSATIONS_MAX

    def copy_of(self, conversation_id: str, first_seq: int = 1) -> Conversation:
        """The copy, made when new. One that the Snapshot left out begins here; others are owed in full."""
        copy = self.conversations.get(conversation_id)
        if copy is None:
            cursor = first_seq - 1 if self._is_snapshot_full else 0
            copy = self.conversations[conversation_id] = Conversation(conversation_id, cursor)
        return copy

    def direct_with(self, user_id: str) -> str | None:
        """The direct conversation with a user, if there is a copy of it."""
        for name, copy in self.conversations.items():
            if copy.kind == "direct" and user_id in copy.member_ids:
                return name
        return None

    def accept(self, event: AnyTimelineEvent, own_user_id: str) -> list[Effect]:
        """Takes an event; announces those that are new and in order now."""
        copy = self.copy_of(event.conversation_id, event.seq)
        fresh = copy.accept(event, own_user_id)
        if copy.held:
            self._holes.open(event.conversation_id, max(copy.held))
        return [Announce(new) for new in fresh]

    def catch_up(self, frame: CaughtUp) -> None:
        """The watermarks and the head of a CaughtUp, after its events."""
        copy = self.copy_of(frame.conversation_id, frame.head_seq + 1)
        self._heads[frame.conversation_id] = frame.head_seq
        for mark in frame.watermarks:
            copy.set_watermark(mark)

    def synced(self) -> None:
        """Every announced head must have been reached; where not, there is a hole."""
        for name, head_seq in self._heads.items():
            if self.conversations[name].cursor < head_seq:
                self._holes.open(name, head_seq)
        self._heads.clear()

    def ask(self, now: float) -> list[Effect]:
        """The pages to ask for now."""
        return [
            FetchMissing(name, self.conversations[name].cursor, self.generation)
            for name in self._holes.take_due(now)
        ]

    def next_at(self) -> float | None:
        """When to ask next."""
        return self._holes.next_at()

    def filled(self, asked: FetchMissing, own_user_id: str, now: float) -> list[Effect]:
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
            return self._skip(copy, hole.until_seq, own_user_id)
        return []

    def failed(self, asked: FetchMissing, now: float) -> None:
        """The timeline could not be asked: again later."""
        if asked.generation == self.generation and asked.conversation_id in self._holes:
            self._holes[asked.conversation_id].wait(now, is_counted=False)

    def _skip(self, copy: Conversation, until_seq: int, own_user_id: str) -> list[Effect]:
        after_seq, before_seq = copy.cursor, min(copy.held, default=until_seq + 1)
        fresh = copy.skip_to(before_seq, own_user_id)
        self._holes.close(copy.conversation_id)
        if copy.held:
            self._holes.open(copy.conversation_id, max(copy.held))
        skipped = HoleSkipped(copy.conversation_id, after_seq, before_seq)
        return [Announce(skipped), *(Announce(event) for event in fresh)]

    def _forget(self) -> None:
        self._holes.clear()
        self._heads.clear()
        self.generation += 1
