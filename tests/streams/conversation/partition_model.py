"""A partition with all that surrounds it, in memory: the log, the stores of snapshots, commands that come again.

It follows the same steps as the agent does, one at a time, so that a test can crash or disturb it between any two.
"""

from collections.abc import Iterable
from uuid import UUID

from infra.stores.snapshots import Checkpoint, Snapshot
from schemas.commands import AnyCommand
from schemas.events import AnyEvent, TimelineEvent
from streams.conversation.decide import decide
from streams.conversation.outcome import Place
from streams.conversation.partition import Partition, decode_saved
from streams.conversation.state import Conversation, evolve

GENERATION = UUID(int=7)


class World:
    """The log and the stores: what outlives a crash."""

    def __init__(self) -> None:
        self.commands: list[tuple[AnyCommand, int]] = []
        self.log: list[AnyEvent] = []
        self.snapshots: dict[str, Snapshot] = {}
        self.checkpoint = Checkpoint(GENERATION, 0)
        self.committed = 0

    def save(self, snapshots: Iterable[Snapshot]) -> None:
        """As Cassandra does with write timestamps: an older one never replaces a newer."""
        for one in snapshots:
            known = self.snapshots.get(one.conversation_id)
            if known is None or order(known) < order(one):
                self.snapshots[one.conversation_id] = one

    def states(self) -> dict[str, Conversation]:
        """The fold of the whole log, in the plainest way: the first record of a seq wins."""
        found: dict[str, Conversation] = {}
        for event in self.log:
            state = found.get(event.conversation_id, Conversation(event.conversation_id))
            if not isinstance(event, TimelineEvent) or event.seq > state.head_seq:
                found[event.conversation_id] = evolve(state, event)
        return found


def order(snapshot: Snapshot) -> int:
    return snapshot.next_event_offset


class Owner:
    """A process that owns the partition; `pending` is on its way to the log, oldest first."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.pending: list[AnyEvent] = []
        self.saving: tuple[list[Snapshot], Checkpoint] | None = None
        checkpoint = world.checkpoint
        start = checkpoint.next_event_offset
        self.partition = Partition(0, checkpoint.generation, start, set(checkpoint.decided))
        for offset, event in enumerate(world.log[start:], start):
            self.load([event.conversation_id])
            self.partition.fold(event, offset)
        self.partition.next_offset = len(world.log)
        self.partition.forget_decided(world.committed)
        self.next_command = world.committed

    def load(self, conversation_ids: Iterable[str]) -> None:
        for id_ in self.partition.unknown(conversation_ids):
            found = self._world.snapshots.get(id_)
            self.partition.put(id_, decode_saved(found.state) if found else None)

    def decide_next(self) -> None:
        """Decide the next command, if there is one that is not decided yet."""
        if self.next_command >= len(self._world.commands):
            return
        offset = self.next_command
        command, at_ms = self._world.commands[offset]
        self.next_command += 1
        if not self.partition.undecided(offset):
            return
        self.load([command.conversation_id])
        event = decide(self.partition.state(command.conversation_id), command, Place(0, offset, at_ms))
        if event is not None:
            self.partition.decide_event(event)
            self.pending.append(event)
        self.partition.acknowledge(lambda: self._commit(offset + 1))

    def _commit(self, offset: int) -> None:
        self._world.committed = max(self._world.committed, offset)

    def confirm_next(self) -> None:
        """The log takes the oldest event that is on its way, and says where. Raises SecondWriter."""
        if self.pending:
            self._world.log.append(self.pending.pop(0))
            for ack in self.partition.confirm(len(self._world.log) - 1):
                ack()

    def begin_saving(self) -> None:
        if self.saving is None:
            self.saving = self.partition.begin_saving()

    def save_one(self) -> None:
        """Save the next snapshot; after the last, the checkpoint that relies on them."""
        if self.saving is None:
            return
        snapshots, checkpoint = self.saving
        if snapshots:
            self._world.save([snapshots.pop()])
        else:
            self._world.checkpoint = checkpoint
            self.partition.end_saving(checkpoint)
            self.saving = None
