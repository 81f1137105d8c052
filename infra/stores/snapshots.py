"""Snapshots of conversations and checkpoints of partitions, in Cassandra: a cache of the fold, never the truth.

A partition's snapshots belong to a generation, begun whenever it was folded from the start. A checkpoint counts only
while the sentinel row of its generation is there: without it the snapshots were lost, and the log is folded anew.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from cassandra.query import PreparedStatement

from infra.stores.cassandra import Cassandra

AT_ONCE = 16
_decided: msgspec.msgpack.Decoder[frozenset[int]] = msgspec.msgpack.Decoder(frozenset[int])

TABLES = (
    """CREATE TABLE IF NOT EXISTS conversation_snapshots (
        generation uuid, conversation_id uuid, state blob, PRIMARY KEY ((generation, conversation_id)))""",
    """CREATE TABLE IF NOT EXISTS conversation_checkpoints (
        epoch text, partition int, generation uuid, next_event_offset bigint, decided blob,
        PRIMARY KEY ((epoch, partition)))""",
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All events of the partition before `next_event_offset` are in the snapshots of `generation`.

    `decided` are offsets of commands whose events stand before it, though the group had not committed them yet.
    """

    generation: UUID
    next_event_offset: int
    decided: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state with all events before `next_event_offset` in it; that orders the versions of a conversation's state.

    (Not the offset of its last command: after two writers the log can hold a conversation's commands out of order.)
    """

    conversation_id: str
    next_event_offset: int
    state: bytes


class Snapshots:
    def __init__(self, cassandra: Cassandra, epoch: str, statements: Sequence[PreparedStatement]) -> None:
        self._cassandra = cassandra
        self._epoch = epoch
        self._put, self._get, self._put_checkpoint, self._get_checkpoint = statements

    @classmethod
    async def prepare(cls, cassandra: Cassandra, epoch: str) -> "Snapshots":
        """`epoch` names the log: a checkpoint of another log is not seen."""
        texts = (
            (
                "INSERT INTO conversation_snapshots (generation, conversation_id, state) VALUES (?, ?, ?)"
                " USING TIMESTAMP ?"
            ),
            "SELECT state FROM conversation_snapshots WHERE generation = ? AND conversation_id = ?",
            (
                "INSERT INTO conversation_checkpoints (epoch, partition, generation, next_event_offset, decided)"
                " VALUES (?, ?, ?, ?, ?)"
            ),
            (
                "SELECT generation, next_event_offset, decided FROM conversation_checkpoints"
                " WHERE epoch = ? AND partition = ?"
            ),
        )
        return cls(cassandra, epoch, [await cassandra.prepare(text) for text in texts])

    async def checkpoint(self, partition: int) -> Checkpoint | None:
        """The partition's checkpoint, if there is one and its snapshots are there. Raises StoreUnavailable."""
        rows = await self._cassandra.execute(self._get_checkpoint, (self._epoch, partition))
        if not rows:
            return None
        checkpoint = Checkpoint(rows[0].generation, rows[0].next_event_offset, _decided.decode(rows[0].decided))
        return checkpoint if await self.holds(checkpoint.generation) else None

    async def begin(self, generation: UUID) -> None:
        """Begin a generation: its sentinel is written before any snapshot. Raises StoreUnavailable."""
        await self._cassandra.execute(self._put, (generation, generation, b"", 0))

    async def holds(self, generation: UUID) -> bool:
        """Whether the generation is still there: what was lost takes its sentinel with it. Raises StoreUnavailable.

        The sentinel stands under the generation's own id, which no client can guess and use for a conversation.
        """
        return bool(await self._cassandra.execute(self._get, (generation, generation)))

    async def load(self, generation: UUID, conversation_ids: Sequence[str]) -> dict[str, bytes]:
        """The saved states of those conversations that have one. Raises StoreUnavailable."""
        found: dict[str, bytes] = {}
        for start in range(0, len(conversation_ids), AT_ONCE):
            some = conversation_ids[start : start + AT_ONCE]
            reads = (self._cassandra.execute(self._get, (generation, UUID(id_))) for id_ in some)
            found |= {id_: rows[0].state for id_, rows in zip(some, await asyncio.gather(*reads), strict=True) if rows}
        return found

    async def save(self, generation: UUID, snapshots: Sequence[Snapshot]) -> None:
        """Save states; an older one never replaces a newer. Raises StoreUnavailable."""
        for start in range(0, len(snapshots), AT_ONCE):
            some = snapshots[start : start + AT_ONCE]
            values = ((generation, UUID(one.conversation_id), one.state, one.next_event_offset) for one in some)
            await asyncio.gather(*(self._cassandra.execute(self._put, value) for value in values))

    async def save_checkpoint(self, partition: int, checkpoint: Checkpoint) -> None:
        """Say that the snapshots hold all before `checkpoint`. Raises StoreUnavailable."""
        decided = msgspec.msgpack.encode(checkpoint.decided)
        values = (self._epoch, partition, checkpoint.generation, checkpoint.next_event_offset, decided)
        await self._cassandra.execute(self._put_checkpoint, values)
