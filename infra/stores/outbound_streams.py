"""Redis streams to gateways (and to API processes, for answers): written by agents, each read by its one owner.

The owner makes its stream; writers never do (NOMKSTREAM), so nothing is written for a dead incarnation. A trimmed or
vanished stream gives no error in Redis: the owner compares what it read with what was ever added.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from infra.stores.cache import available
from schemas.outbound import Item, pack, unpack

ENTRIES_MAX = 20_000
READ_ENTRIES = 500
LIFE_SECONDS = 60
FIELD = b"i"


class StreamLost(Exception):
    """The stream vanished or was trimmed before it was read: frames are missing."""


async def publish(redis: Redis, items: Mapping[str, Sequence[Item]]) -> None:
    """Append one entry to each stream, in one round trip. Streams that do not exist are passed over.

    Raises StoreUnavailable; then nothing is known, and publishing again repeats (clients drop by `seq`).
    """
    pipeline = redis.pipeline(transaction=False)
    for stream, entry in items.items():
        pipeline.xadd(stream, {FIELD: pack(entry)}, nomkstream=True, maxlen=ENTRIES_MAX, approximate=True)
    with available():
        await pipeline.execute()


class OutboundStream:
    """The owner's side of one incarnation's stream."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = redis
        self.name = name
        self._last: bytes = b"0-0"
        self._entries_read = 0

    async def create(self) -> None:
        """Make the stream with one empty entry, and give it a life: a dead owner's stream goes away by itself."""
        with available():
            first = await self._redis.xadd(self.name, {FIELD: pack([])})
            await self._redis.expire(self.name, LIFE_SECONDS)
        assert isinstance(first, bytes)
        self._last = first
        self._entries_read = 1

    async def read(self, wait_seconds: float) -> list[Item]:
        """The items of the next entries, or none after `wait_seconds`. Raises StoreUnavailable."""
        with available():
            answer = await self._redis.xread({self.name: self._last}, READ_ENTRIES, round(wait_seconds * 1000))
        return self._take(answer)

    async def check(self) -> list[Item]:
        """Renew the stream's life, and what was added meanwhile. Raises StreamLost, StoreUnavailable."""
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.expire(self.name, LIFE_SECONDS)
        pipeline.xread({self.name: self._last}, READ_ENTRIES)
        pipeline.xinfo_stream(self.name)
        with available():
            try:
                _, answer, info = await pipeline.execute()
            except ResponseError as gone:
                raise StreamLost(self.name) from gone
        items = self._take(answer)
        added = info["entries-added"]
        if self._entries_read != added and self._last == info["last-generated-id"]:
            raise StreamLost(f"{self.name}: {added - self._entries_read} entries were trimmed unread")
        return items

    async def delete(self) -> None:
        with available():
            await self._redis.delete(self.name)

    def _take(self, answer: Any) -> list[Item]:
        """The items of XREAD's answer: pairs of a stream and its entries."""
        items: list[Item] = []
        for _, entries in answer or ():
            for id_, fields in entries:
                items += unpack(fields[FIELD])
                self._last = id_
            self._entries_read += len(entries)
        return items
