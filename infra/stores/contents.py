"""What the media agent made of which bytes: for a repeat, and for whoever uploads the same again.

A row is written before its objects are stored, and says so: garbage collection never takes what a row names.
"""

from dataclasses import dataclass

from infra.stores.postgres import Postgres
from schemas.media import MediaFile, MediaKind

THUMBNAIL_TYPE = "image/webp"


@dataclass(frozen=True, slots=True)
class Source:
    """Uploaded bytes and what they were declared as: the result is a function of these."""

    sha256: str
    kind: MediaKind
    content_type: str


@dataclass(frozen=True, slots=True)
class Derived:
    """What was made of them. `width` and `height` in pixels."""

    content: MediaFile
    thumbnail: MediaFile | None
    preview: bytes | None
    width: int | None
    height: int | None
    duration_seconds: float | None


def object_key(sha256: str) -> str:
    """Where the bytes with this hash stand in the bucket of media."""
    return f"sha256/{sha256[:2]}/{sha256}"


# Taken by whoever writes rows that name an object, and by who deletes one that no row names.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_FIND = """
SELECT content_sha256, content_size, ready_type, thumbnail_sha256, thumbnail_size, preview, width, height,
    duration_seconds
FROM media_contents WHERE sha256 = %s AND kind = %s AND content_type = %s AND is_stored
"""
_PLAN = """
INSERT INTO media_contents (sha256, kind, content_type, content_sha256, content_size, ready_type, thumbnail_sha256,
    thumbnail_size, preview, width, height, duration_seconds)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (sha256, kind, content_type) DO UPDATE SET content_sha256 = excluded.content_sha256,
    content_size = excluded.content_size, ready_type = excluded.ready_type,
    thumbnail_sha256 = excluded.thumbnail_sha256, thumbnail_size = excluded.thumbnail_size, preview = excluded.preview,
    width = excluded.width, height = excluded.height, duration_seconds = excluded.duration_seconds,
    is_stored = false, changed_at = now()
"""
_STORED = """
UPDATE media_contents SET is_stored = true, changed_at = now()
WHERE sha256 = %s AND kind = %s AND content_type = %s AND content_sha256 = %s
"""


class Contents:
    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def find(self, source: Source) -> Derived | None:
        """What was made of these bytes, if it is stored. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            cursor = await connection.execute(_FIND, (source.sha256, source.kind, source.content_type))
            row = await cursor.fetchone()
        return None if row is None else _derived(row)

    async def plan(self, source: Source, made: Derived) -> None:
        """Say what is about to be stored. Raises StoreUnavailable."""
        thumbnail = made.thumbnail
        values = (
            source.sha256, source.kind, source.content_type, made.content.sha256, made.content.size,
            made.content.content_type, thumbnail and thumbnail.sha256, thumbnail and thumbnail.size, made.preview,
            made.width, made.height, made.duration_seconds,
        )  # fmt: skip
        async with self._postgres.connection() as connection:
            for sha256 in sorted({one.sha256 for one in (made.content, thumbnail) if one}):
                await connection.execute(LOCK, (sha256,))
            await connection.execute(_PLAN, values)

    async def stored(self, source: Source, made: Derived) -> None:
        """Say that it is. Raises StoreUnavailable."""
        values = (source.sha256, source.kind, source.content_type, made.content.sha256)
        async with self._postgres.connection() as connection:
            await connection.execute(_STORED, values)


def _derived(row: tuple[object, ...]) -> Derived:
    sha256, size, content_type, thumbnail, thumbnail_size, *rest = row
    return Derived(
        MediaFile(sha256, size, content_type),  # type: ignore[arg-type]  # this and all below: typed by the query
        MediaFile(thumbnail, thumbnail_size, THUMBNAIL_TYPE) if thumbnail else None,  # type: ignore[arg-type]
        *rest,  # type: ignore[arg-type]
    )
