"""Objects and rows of media that nobody needs any more. Only what is older than a grace period is ever touched.

Uploads that were never completed, quarantined bytes of media that are decided, and content that no row names. A row
that names an object is written before the object is (contents.py) and under the same lock, so nothing is taken away
from under somebody who stores it just now.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from infra.stores.contents import LOCK, object_key
from infra.stores.objects import ListedObject, Objects
from infra.stores.postgres import Postgres
from infra.stores.settings import ObjectSettings
from schemas.ids import is_id

PAGE_OBJECTS = 500
REFUSED_ROWS_DAYS = 30  # people may still ask why

Why = Literal["never completed", "decided", "named by nobody"]


@dataclass(frozen=True, slots=True)
class Garbage:
    bucket: str
    key: str
    size: int
    modified_at: datetime
    why: Why


_FORGET = (
    "DELETE FROM media WHERE status = 'pending' AND expires_at < now() - make_interval(secs => %(grace)s)",
    "DELETE FROM media WHERE status = 'refused' AND decided_at < now() - make_interval(days => %(days)s)",
    """
    DELETE FROM media_contents c WHERE changed_at < now() - make_interval(secs => %(grace)s) AND NOT EXISTS (
        SELECT 1 FROM media m WHERE m.sha256 = c.sha256 AND m.kind = c.kind AND m.content_type = c.content_type
    )
    """,
)
_STATUSES = """
SELECT media_id::text, CASE
    WHEN status IN ('ready', 'refused') THEN 'decided'
    WHEN status = 'pending' AND expires_at < now() - make_interval(secs => %s) THEN 'never completed'
END FROM media WHERE media_id = ANY(%s::uuid[])
"""
NAMED = """
SELECT s FROM unnest(%s::text[]) s
WHERE EXISTS (SELECT 1 FROM media WHERE content_sha256 = s) OR EXISTS (SELECT 1 FROM media WHERE thumbnail_sha256 = s)
    OR EXISTS (SELECT 1 FROM media_contents WHERE content_sha256 = s)
    OR EXISTS (SELECT 1 FROM media_contents WHERE thumbnail_sha256 = s)
"""


class MediaGarbage:
    def __init__(self, postgres: Postgres, objects: Objects, buckets: ObjectSettings, *, grace_seconds: float) -> None:
        self._postgres = postgres
        self._objects = objects
        self._buckets = buckets
        self._grace_seconds = grace_seconds

    async def find(self) -> AsyncGenerator[Garbage, None]:
        """What `collect` would delete, if nothing changes; nothing is done. Raises StoreUnavailable."""
        async with aclosing(self._old(self._buckets.quarantine_bucket)) as pages:
            async for page in pages:
                for one in await self._in_quarantine(page):
                    yield one
        async with aclosing(self._old(self._buckets.media_bucket)) as pages:
            async for page in pages:
                for one in await self._unnamed(page):
                    yield one

    async def forget(self) -> int:
        """Delete the rows that nobody needs; how many. Raises StoreUnavailable."""
        values = {"grace": self._grace_seconds, "days": REFUSED_ROWS_DAYS}
        async with self._postgres.connection() as connection:
            return sum([(await connection.execute(query.encode(), values)).rowcount for query in _FORGET])

    async def collect(self) -> AsyncGenerator[Garbage, None]:
        """Delete what `find` finds; what was deleted. Raises StoreUnavailable."""
        async with aclosing(self.find()) as found:
            async for one in found:
                if await self._delete(one):
                    yield one

    async def _delete(self, garbage: Garbage) -> bool:
        if garbage.bucket == self._buckets.quarantine_bucket:  # its key is never used again
            await self._objects.delete(garbage.bucket, garbage.key)
            return True
        sha256 = _sha256_of(garbage.key)
        async with self._postgres.connection() as connection:
            await connection.execute(LOCK, (sha256,))
            if await (await connection.execute(NAMED, ([sha256],))).fetchone():
                return False
            await self._objects.delete(garbage.bucket, garbage.key)
        return True

    async def _old(self, bucket: str) -> AsyncGenerator[list[ListedObject], None]:
        """The bucket's objects that are older than the grace period, by the page."""
        before = datetime.now(UTC) - timedelta(seconds=self._grace_seconds)
        page: list[ListedObject] = []
        async for one in self._objects.listed(bucket):
            if one.modified_at < before:
                page.append(one)
            if len(page) == PAGE_OBJECTS:
                yield page
                page = []
        yield page

    async def _in_quarantine(self, page: Sequence[ListedObject]) -> list[Garbage]:
        ids = [one.key for one in page if is_id(one.key)]
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(_STATUSES, (self._grace_seconds, ids))).fetchall()
        known: dict[str, Why | None] = {str(id_): why for id_, why in rows}  # type: ignore[misc]  # typed by the query
        bucket = self._buckets.quarantine_bucket
        return [
            Garbage(bucket, one.key, one.size, one.modified_at, why)
            for one in page
            if (why := known.get(one.key, "named by nobody"))
        ]

    async def _unnamed(self, page: Sequence[ListedObject]) -> list[Garbage]:
        async with self._postgres.connection() as connection:
            keys = [_sha256_of(one.key) for one in page]
            rows = await (await connection.execute(NAMED, (keys,))).fetchall()
        named = {object_key(str(row[0])) for row in rows}
        bucket = self._buckets.media_bucket
        return [
            Garbage(bucket, one.key, one.size, one.modified_at, "named by nobody")
            for one in page
            if one.key not in named
        ]


def _sha256_of(key: str) -> str:
    return key.rpartition("/")[2]
