"""What a person has uploaded, for who erases it: each media with its uses, and taking it away with its objects.

Equal bytes are kept once for all: an object stays as long as anybody else's row names it. The rows go in the
transaction in which the objects are deleted, and under the locks of whoever stores such bytes: a crash only repeats it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.stores.contents import LOCK, object_key
from infra.stores.media_garbage import NAMED
from infra.stores.objects import Objects
from infra.stores.postgres import Connection, Postgres
from infra.stores.settings import ObjectSettings
from infra.stores.timeline import Timeline
from schemas.codec import decode_event


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a media stands: an event of a conversation, a message or an edit of one."""

    conversation_id: str
    seq: int


@dataclass(frozen=True, slots=True)
class Owned:
    """A person's media; `hashes` name its objects (content and thumbnail), `is_avatar`: of a group."""

    media_id: str
    hashes: tuple[str, ...]
    is_avatar: bool
    stands: tuple[Stand, ...]


_OWNED = """
SELECT m.media_id::text, array_remove(ARRAY[m.content_sha256, m.thumbnail_sha256], NULL),
    EXISTS (SELECT 1 FROM inbox.conversations g WHERE g.avatar_media_id = m.media_id),
    array(SELECT u.conversation_id::text FROM media_uses_1.uses u
        WHERE u.media_id = m.media_id AND NOT u.is_deleted ORDER BY u.conversation_id, u.seq),
    array(SELECT u.seq FROM media_uses_1.uses u
        WHERE u.media_id = m.media_id AND NOT u.is_deleted ORDER BY u.conversation_id, u.seq)
FROM media m WHERE m.owner_id = %s ORDER BY m.created_at, m.media_id
"""
_DELETE = "DELETE FROM media WHERE media_id = %s RETURNING sha256, kind, content_type"
_DELETE_MADE = """
DELETE FROM media_contents c WHERE (sha256, kind, content_type) = (%s, %s, %s) AND NOT EXISTS (
    SELECT 1 FROM media m WHERE (m.sha256, m.kind, m.content_type) = (c.sha256, c.kind, c.content_type))
"""


class OwnedMedia:
    def __init__(self, postgres: Postgres, objects: Objects, buckets: ObjectSettings, timeline: Timeline) -> None:
        self._postgres = postgres
        self._timeline = timeline
        self._objects = objects
        self._buckets = buckets

    async def of(self, user_id: str) -> list[Owned]:
        """Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(_OWNED, (user_id,))).fetchall()
        return [_owned(*row) for row in rows]

    async def of_nobody_else(self, user_id: str) -> list[Owned]:
        """Those that nobody else has sent on and no group shows. Raises StoreUnavailable."""
        return [media for media in await self.of(user_id) if not await self._is_others(user_id, media)]

    async def _is_others(self, user_id: str, media: Owned) -> bool:
        if media.is_avatar:
            return True
        for stand in media.stands:
            if await self._author(stand) != user_id:
                return True
        return False

    async def _author(self, stand: Stand) -> str | None:
        """Who wrote what stands there; None if that is not known (yet)."""
        rows = await self._timeline.read(stand.conversation_id, stand.seq, stand.seq)
        return decode_event(rows[0].event).actor_id if rows and rows[0].event else None

    async def is_left(self, sha256: str) -> bool:
        """Whether there is an object with this hash that no row names: it should be gone. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            if await _is_named(connection, sha256):
                return False
        return await self._objects.head(self._buckets.media_bucket, object_key(sha256)) is not None

    async def delete(self, media: Owned) -> None:
        """Its row, and the objects that nobody else's names. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            for sha256 in sorted(media.hashes):
                await connection.execute(LOCK, (sha256,))
            row = await (await connection.execute(_DELETE, (media.media_id,))).fetchone()
            if row is not None:
                await connection.execute(_DELETE_MADE, row)
            for sha256 in media.hashes:
                if not await _is_named(connection, sha256):
                    await self._objects.delete(self._buckets.media_bucket, object_key(sha256))
            await self._objects.delete(self._buckets.quarantine_bucket, media.media_id)


async def _is_named(connection: Connection, sha256: str) -> bool:
    return await (await connection.execute(NAMED, ([sha256],))).fetchone() is not None


def _owned(media_id: object, hashes: object, is_avatar: object, ids: object, seqs: object) -> Owned:
    assert isinstance(hashes, Sequence)
    assert isinstance(ids, Sequence)
    assert isinstance(seqs, Sequence)
    stands = tuple(Stand(*one) for one in zip(ids, seqs, strict=True))
    return Owned(str(media_id), tuple(hashes), bool(is_avatar), stands)
