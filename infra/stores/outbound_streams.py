"""Redis streams to gateways (and to API processes, for answers): written by agents, each read by its one owner.

The owner makes its stream; writers never do (NOMKSTREAM), so nothing is written for a dead incarnation. A trimmed or
vanished stream gives no error in Redis: the owner compares what it read with what was ever added.
"""

from collections.abc import Iterable, Mapping, Sequence

from redis.asyncio import Redis

from infra.stores.cache import available
from infra.stores.line import Line
from schemas.outbound import Item, pack, stream_name, unpack

ENTRIES_MAX = 5_000  # an entry may hold a whole micro-batch; a gateway that is so far behind is better begun anew
READ_ENTRIES = 500
LIFE_SECONDS = 60
FIELD = b"i"
_OPTIONS = ("NOMKSTREAM", "MAXLEN", "~", ENTRIES_MAX)


# What `check` asks in one step. In Lua, because XINFO answers with the whole first and last entry, which may be
# large (13 % of a gateway's time at 500 messages a second); only the count comes over the wire. What was read goes:
# these are finished frames with open bodies, which nobody needs any more.
_CHECK = """
if redis.call('EXPIRE', KEYS[1], ARGV[1]) == 0 then return false end
redis.call('XTRIM', KEYS[1], 'MINID', ARGV[4])
local info = redis.call('XINFO', 'STREAM', KEYS[1])
local added = 0
for i = 1, #info, 2 do
  if info[i] == 'entries-added' then added = info[i + 1] end
end
return {added, redis.call('XRANGE', KEYS[1], '(' .. ARGV[2], '+', 'COUNT', ARGV[3])}
"""


class StreamLost(Exception):
    """The stream vanished or was trimmed before it was read: frames are missing."""


async def publish(line: Line, items: Mapping[str, Sequence[Item]]) -> list[str]:
    """Append one entry to each stream, in one round trip. Streams that do not exist are passed over, and named.

    Raises StoreUnavailable; then nothing is known, and publishing again repeats (clients drop by `seq`).
    """
    if not items:
        return []
    replies = await line.call(
        *(("XADD", stream, *_OPTIONS, "*", FIELD, pack(entry)) for stream, entry in items.items())
    )
    return [stream for stream, id_ in zip(items, replies, strict=True) if id_ is None]


async def end(line: Line, incarnations: Iterable[tuple[str, str]]) -> None:
    """Delete the streams of dead incarnations (gateway, name): an owner that lives after all begins anew.

    Raises StoreUnavailable.
    """
    if streams := [stream_name(gateway, name) for gateway, name in incarnations]:
        await line.call(("UNLINK", *streams))


class OutboundStream:
    """The owner's side of one incarnation's stream."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = redis
        self._line = Line(redis)
        self._check = redis.register_script(_CHECK)
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
        wait = ("BLOCK", round(wait_seconds * 1000)) if wait_seconds else ()
        (answer,) = await self._line.call(("XREAD", "COUNT", READ_ENTRIES, *wait, "STREAMS", self.name, self._last))
        return self._take((id_, fields[1]) for _, entries in answer or () for id_, fields in entries)

    async def check(self) -> list[Item]:
        """Renew the stream's life, and drop what was read; what was added meanwhile. Raises StreamLost,
        StoreUnavailable."""
        with available():
            read = _next(self._last)
            answer = await self._check(keys=[self.name], args=[LIFE_SECONDS, self._last, READ_ENTRIES, read])
        if answer is None:
            raise StreamLost(f"{self.name} is gone")
        added, entries = answer
        items = self._take((id_, fields[1]) for id_, fields in entries)
        is_all_read = len(entries) < READ_ENTRIES  # all that was there at that moment
        if self._entries_read != added and is_all_read:
            raise StreamLost(f"{self.name}: {added - self._entries_read} entries were trimmed unread")
        return items

    async def close(self) -> None:
        """Give the connection back; the stream stays until it is deleted or its life ends."""
        await self._line.close()

    async def delete(self) -> None:
        with available():
            await self._redis.delete(self.name)

    def _take(self, entries: Iterable[tuple[bytes, bytes]]) -> list[Item]:
        items: list[Item] = []
        for id_, packed in entries:
            items += unpack(packed)
            self._last = id_
            self._entries_read += 1
        return items


def _next(id_: bytes) -> bytes:
    """The smallest id after one."""
    milliseconds, _, number = id_.partition(b"-")
    return b"%b-%d" % (milliseconds, int(number) + 1)
