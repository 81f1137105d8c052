"""Writes of views to Cassandra: rows that one replica set holds go together in unlogged batches. DESIGN, section 8.

36 µs of CPU a row in batches of 20, 145 to 205 one by one (FACTS). A timeline of 195,000 events was rebuilt by two
workers at 5,900 a second in batches of 24 as they came, 7,700 with a partition's rows side by side, 11,400 with 64.
"""

import asyncio
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import chain
from math import ceil
from typing import Any

from cassandra.query import BatchStatement, BatchType, PreparedStatement

from infra.stores.cassandra import Cassandra

# Of the largest events, of 64 KiB, so many stay below `batch_size_fail_threshold`.
BATCH_ROWS = 64
# Cassandra writes a batch partition by partition, and waits for the disk after each: some 10 ms. A hundred rows of as
# many conversations, with their places, took 0.74 s in batches of 64, 0.23 in those of 16, 0.14 in those of 8; and 53,
# 80, 100 µs of our own CPU a row. A rebuild of such a log went at 4,000 events a second, where it goes at 15,000 with
# the rows spread over all that may be under way.
BATCH_ROWS_LEAST = 16
# Each waits for the disk (group commit): 2,400 rows a second with 8 of them under way, 7,600 with 64, 9,000 with 128.
WRITES_AT_ONCE = 64
_TIMESTAMP_TOP = 1 << 52

Write = tuple[Hashable, PreparedStatement, Sequence[Any]]
"""The partition that it goes to, the statement and its values."""


def first_wins(offset: int) -> int:
    """The write timestamp of a record at `offset`, under which an earlier one wins whatever comes when."""
    return _TIMESTAMP_TOP - offset


class GroupedWrites:
    """`is_one_replica_set`: every node holds every row, so rows of any partition may go in one batch."""

    def __init__(self, cassandra: Cassandra, *, is_one_replica_set: bool) -> None:
        self._cassandra = cassandra
        self._is_one_replica_set = is_one_replica_set

    async def write(self, writes: Iterable[Write]) -> None:
        """Done when all are durable. Raises StoreUnavailable."""
        batches = list(self._batches(writes))
        for start in range(0, len(batches), WRITES_AT_ONCE):
            await asyncio.gather(*map(self._cassandra.execute, batches[start : start + WRITES_AT_ONCE]))

    def _batches(self, writes: Iterable[Write]) -> Iterator[BatchStatement]:
        """Rows of one partition stand side by side: within a batch Cassandra makes one mutation of them."""
        partitions: dict[Hashable, list[Write]] = {}
        for write in writes:
            partitions.setdefault(write[0], []).append(write)
        groups = [list(chain.from_iterable(partitions.values()))] if self._is_one_replica_set else partitions.values()
        rows = min(BATCH_ROWS, max(BATCH_ROWS_LEAST, ceil(sum(map(len, groups)) / WRITES_AT_ONCE)))
        for group in groups:
            for start in range(0, len(group), rows):
                some = group[start : start + rows]
                batch = BatchStatement(BatchType.UNLOGGED)
                batch.add_all([statement for _, statement, _ in some], [values for *_, values in some])
                yield batch
