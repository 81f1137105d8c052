"""One partition of conversations in memory: what was decided, what of it the log has confirmed, what is to be saved.

Two writers are noticed here: this one's appends have dense offsets, so any other offset is somebody else's doing.
No I/O.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from msgspec import Struct

from infra.stores.snapshots import Checkpoint, Snapshot
from schemas.events import AnyEvent, TimelineEvent
from streams.conversation.state import ACCEPTED_MAX, Conversation, evolve

# Names the layout and the order of saved states: under another name partitions are folded from the start.
SAVED_FORMAT = "4"

Ack = Callable[[], object]


class SecondWriter(Exception):
    """An append got an offset other than the next: somebody else writes to this partition."""


class DeliveredAgain(Exception):
    """A command came a second time, or too late, within one ownership: what is in flight cannot be told apart."""


class Saved(Struct, frozen=True, array_like=True):
    """A confirmed state; events of the partition from `next_event_offset` on are not in it."""

    state: Conversation
    next_event_offset: int


encode_saved = msgspec.msgpack.Encoder().encode
decode_saved = msgspec.msgpack.Decoder(Saved).decode


@dataclass(slots=True)
class InFlight:
    """An event on its way to the log, the state after it, and what to acknowledge once the log has it."""

    event: AnyEvent
    state: Conversation
    acks: list[Ack] = field(default_factory=list)


@dataclass(slots=True)
class Partition:
    """`next_offset` is the offset that the next confirmed event must get; `next_command` the least that may come."""

    number: int
    generation: UUID
    next_offset: int
    decided: set[int] = field(default_factory=set)
    next_command: int = 0
    _current: OrderedDict[str, Conversation] = field(default_factory=OrderedDict)
    _confirmed: dict[str, Saved] = field(default_factory=dict)
    _in_flight: deque[InFlight] = field(default_factory=deque)
    _dirty: set[str] = field(default_factory=set)
    _saving: set[str] = field(default_factory=set)
    _checkpointed: int = 0

    def undecided(self, offset: int) -> bool:
        """Whether the next command, at `offset`, is still to be decided. Raises DeliveredAgain."""
        if offset < self.next_command:
            raise DeliveredAgain(f"partition {self.number}: command {offset} after {self.next_command - 1}")
        self.next_command = offset + 1
        return offset not in self.decided

    def unknown(self, conversation_ids: Iterable[str]) -> list[str]:
        """Those of the conversations that are not in memory."""
        return [id_ for id_ in dict.fromkeys(conversation_ids) if id_ not in self._current]

    def put(self, conversation_id: str, saved: Saved | None) -> None:
        """Take a conversation into memory; None: it is new."""
        saved = saved or Saved(Conversation(conversation_id), 0)
        self._current[conversation_id] = saved.state
        self._confirmed[conversation_id] = saved

    def state(self, conversation_id: str) -> Conversation:
        self._current.move_to_end(conversation_id)
        return self._current[conversation_id]

    def decide_event(self, event: AnyEvent) -> None:
        """An event was decided and is on its way."""
        state = evolve(self._current[event.conversation_id], event)
        self._current[event.conversation_id] = state
        self._in_flight.append(InFlight(event, state))

    def acknowledge(self, ack: Ack) -> None:
        """Call `ack` once all that is in flight now is confirmed."""
        if self._in_flight:
            self._in_flight[-1].acks.append(ack)
        else:
            ack()

    def confirm(self, offset: int) -> Sequence[Ack]:
        """The log has confirmed the oldest event in flight at `offset`; what may be acknowledged now.

        Raises SecondWriter.
        """
        if offset != self.next_offset:
            raise SecondWriter(f"partition {self.number}: an event got offset {offset}, not {self.next_offset}")
        one = self._in_flight.popleft()
        self._confirm(one.event, one.state, offset)
        return one.acks

    def fold(self, event: AnyEvent, offset: int) -> bool:
        """Fold an event of the tail; False if it was dropped: the first record of a seq wins, here as everywhere.

        Raises OutOfOrder for a gap.
        """
        known = self._confirmed[event.conversation_id]
        if offset < known.next_event_offset:  # the snapshot is newer than the checkpoint
            if not _is_in(known.state, event):
                return False
            self.decided.add(event.command_offset)
            return True
        if isinstance(event, TimelineEvent) and event.seq <= known.state.head_seq:
            return False
        state = evolve(known.state, event)
        self._current[event.conversation_id] = state
        self._confirm(event, state, offset)
        return True

    def _confirm(self, event: AnyEvent, state: Conversation, offset: int) -> None:
        self.next_offset = offset + 1
        self.decided.add(event.command_offset)
        if state is not self._confirmed[event.conversation_id].state:
            self._confirmed[event.conversation_id] = Saved(state, offset + 1)
            self._dirty.add(event.conversation_id)

    def forget_decided(self, committed: int) -> None:
        """Commands before the committed offset never come again."""
        self.decided = {offset for offset in self.decided if offset >= committed}

    def begin_saving(self) -> tuple[list[Snapshot], Checkpoint] | None:
        """What must be saved now, and the checkpoint that holds once it is. None if no event came since the last."""
        if self.next_offset == self._checkpointed:
            return None
        self._saving, self._dirty = self._dirty, set()
        saved = (self._confirmed[id_] for id_ in self._saving)
        snapshots = [Snapshot(s.state.conversation_id, s.next_event_offset, encode_saved(s)) for s in saved]
        return snapshots, Checkpoint(self.generation, self.next_offset, frozenset(self.decided))

    @property
    def unsaved_events(self) -> int:
        return self.next_offset - self._checkpointed

    def end_saving(self, checkpoint: Checkpoint) -> None:
        self._saving = set()
        self._checkpointed = checkpoint.next_event_offset

    def evict(self, kept_max: int) -> None:
        """Forget the conversations that were idle longest. One that is not saved, or in flight, stays."""
        for id_ in list(self._current)[: max(0, len(self._current) - kept_max)]:
            is_settled = self._current[id_] is self._confirmed[id_].state
            if is_settled and id_ not in self._dirty and id_ not in self._saving:
                del self._current[id_], self._confirmed[id_]


def _is_in(state: Conversation, event: AnyEvent) -> bool:
    """Whether a state that was saved behind the event holds it, or dropped it as the second record of its seq."""
    if not isinstance(event, TimelineEvent):
        return True
    member = state.member(event.actor_id)
    if member is None:
        return False
    if first := member.first_result(event.client_id):
        return first.seq == event.seq
    return len(member.accepted) >= ACCEPTED_MAX  # so many came later that it is no longer remembered
