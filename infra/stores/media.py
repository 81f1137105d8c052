"""Media as their owners, and those to whom they were sent, ask for them: metadata in PostgreSQL.

An upload's row is made by the API before anything is in the log; what became of it is folded from `media.events`, where
it was sent from `conversation.events` (media_writes.py).
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from infra.stores.postgres import Postgres
from schemas.media import MediaKind, MediaRefusalReason

LOOK_AGAIN_SECONDS = 0.03

Status = Literal["pending", "processing", "ready", "refused"]


@dataclass(frozen=True, slots=True)
class NewMedia:
    """An upload that somebody means to make, as declared: `size` in bytes, `sha256` in hex."""

    media_id: str
    owner_id: str
    kind: MediaKind
    content_type: str
    size: int
    sha256: str
    file_name: str | None


@dataclass(frozen=True, slots=True)
class ReadyContent:
    """What others get: `width` and `height` in pixels, `preview` a tiny WebP."""

    sha256: str
    size: int
    content_type: str
    thumbnail_sha256: str | None
    preview: bytes | None
    width: int | None
    height: int | None
    duration_seconds: float | None


@dataclass(frozen=True, slots=True)
class MediaRow:
    declared: NewMedia
    status: Status
    reason: MediaRefusalReason | None
    expires_at: datetime
    content: ReadyContent | None


_DECLARED = "media_id::text, owner_id::text, kind, content_type, size, sha256, file_name"
_READY = "content_sha256, content_size, ready_type, thumbnail_sha256, preview, width, height, duration_seconds"
# To whom a media was sent: who is or was a member at a seq at which it stands. Membership and head come from one state
# of the inbox, so who was removed does not get what came after, though this view may be ahead of the inbox.
_SENT_TO = """
EXISTS (
    SELECT 1 FROM media_uses_1.uses u
    JOIN inbox.members m ON m.conversation_id = u.conversation_id AND m.user_id = %(user_id)s
    JOIN inbox.conversations c ON c.conversation_id = u.conversation_id AND u.seq <= c.head_seq
    WHERE u.media_id = media.media_id AND NOT u.is_deleted AND EXISTS (
        SELECT 1 FROM generate_subscripts(m.joined_seqs, 1) i
        WHERE m.joined_seqs[i] <= u.seq AND (i > cardinality(m.left_seqs) OR u.seq <= m.left_seqs[i])
    )
)
"""
# A person's picture is as public as their name; a group's is for those who are in it.
_IS_AVATAR = """
EXISTS (SELECT 1 FROM users p WHERE p.avatar_media_id = media.media_id AND p.erased_at IS NULL)
OR EXISTS (
    SELECT 1 FROM inbox.conversations g
    JOIN inbox.members m ON m.conversation_id = g.conversation_id AND m.user_id = %(user_id)s
    WHERE g.avatar_media_id = media.media_id AND cardinality(m.joined_seqs) > cardinality(m.left_seqs)
)
"""
_OPEN = """
INSERT INTO media (media_id, owner_id, kind, content_type, size, sha256, file_name, expires_at)
SELECT %(media_id)s::uuid, %(owner_id)s::uuid, %(kind)s, %(content_type)s, %(size)s, %(sha256)s, %(file_name)s::text,
    now() + make_interval(secs => %(life_seconds)s)
WHERE (SELECT count(*) FROM media WHERE owner_id = %(owner_id)s::uuid
    AND (status = 'processing' OR status = 'pending' AND expires_at > now())) < %(waiting_max)s
RETURNING expires_at
"""
_HAS_ALREADY = f"""
SELECT media_id::text FROM media
WHERE (sha256 = %(sha256)s OR content_sha256 = %(sha256)s) AND kind = %(kind)s AND status = 'ready'
    AND (owner_id = %(user_id)s OR {_SENT_TO})
ORDER BY owner_id = %(user_id)s DESC, created_at LIMIT 1
"""  # noqa: S608 — made of parts that stand above
_MAY_SEE = f"""
SELECT 1 FROM media WHERE media_id = %(media_id)s AND status = 'ready' AND ({_SENT_TO} OR {_IS_AVATAR})
"""  # noqa: S608 — as above
_MAY_SEND = f"""
SELECT 1 FROM media WHERE media_id = %(media_id)s AND status = 'ready'
    AND (owner_id = %(user_id)s OR {_SENT_TO})
"""  # noqa: S608 — as above
_IS_READY_AND_ANOTHERS = """
SELECT 1 FROM media WHERE media_id = %(media_id)s AND status = 'ready' AND owner_id <> %(user_id)s
"""
_MAY_BE_AVATAR = """
SELECT 1 FROM media WHERE media_id = %(media_id)s AND status = 'ready' AND owner_id = %(user_id)s AND kind = 'image'
"""


class Media:
    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def open(self, new: NewMedia, *, life_seconds: float, waiting_max: int) -> datetime | None:
        """Make the row of an upload; when the permission to make it ends, None if the owner has too many that are not
        decided. Raises StoreUnavailable."""
        values = {
            "media_id": new.media_id, "owner_id": new.owner_id, "kind": new.kind, "content_type": new.content_type,
            "size": new.size, "sha256": new.sha256, "file_name": new.file_name, "life_seconds": life_seconds,
            "waiting_max": waiting_max,
        }  # fmt: skip
        row = await self._row(_OPEN, values)
        return row[0] if row else None  # type: ignore[return-value]  # typed by the query

    async def one(self, media_id: str) -> MediaRow | None:
        """Raises StoreUnavailable."""
        query = f"SELECT {_DECLARED}, status, reason, expires_at, {_READY} FROM media WHERE media_id = %(media_id)s"  # noqa: S608
        row = await self._row(query, {"media_id": media_id})
        return _media_row(row) if row else None

    async def has_already(self, user_id: str, kind: MediaKind, sha256: str) -> str | None:
        """A ready media of these bytes that the user has uploaded or was sent: knowing a hash gives nothing else.
        Raises StoreUnavailable."""
        row = await self._row(_HAS_ALREADY, {"user_id": user_id, "kind": kind, "sha256": sha256})
        return str(row[0]) if row else None

    async def mark_processing(self, media_id: str) -> None:
        """Its CompleteUpload is in the log. Raises StoreUnavailable."""
        query = "UPDATE media SET status = 'processing' WHERE media_id = %s AND status = 'pending'"
        async with self._postgres.connection() as connection:
            await connection.execute(query, (media_id,))

    async def may_see(self, user_id: str, media_id: str, *, wait_seconds: float = 0) -> bool:
        """Whether it is ready and was sent to this user, or is an avatar shown to them. Raises StoreUnavailable."""
        return await self._is_soon(_MAY_SEE, user_id, media_id, wait_seconds)

    async def may_send(self, user_id: str, media_id: str, *, wait_seconds: float = 0) -> bool:
        """Whether it is ready and the user's own, or was sent to them. Raises StoreUnavailable."""
        return await self._is_soon(_MAY_SEND, user_id, media_id, wait_seconds)

    async def may_be_avatar(self, user_id: str, media_id: str) -> bool:
        """Whether it is an image, ready and the user's own. Raises StoreUnavailable."""
        return await self._is_so(_MAY_BE_AVATAR, user_id, media_id)

    async def _is_soon(self, query: str, user_id: str, media_id: str, wait_seconds: float) -> bool:
        """Another's may just have been sent to the user: the view of that may be a moment behind."""
        deadline = time.monotonic() + wait_seconds
        while not await self._is_so(query, user_id, media_id):
            if time.monotonic() >= deadline or not await self._is_so(_IS_READY_AND_ANOTHERS, user_id, media_id):
                return False
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return True

    async def _is_so(self, query: str, user_id: str, media_id: str) -> bool:
        return await self._row(query, {"user_id": user_id, "media_id": media_id}) is not None

    async def _row(self, query: str, values: Mapping[str, object]) -> tuple[object, ...] | None:
        async with self._postgres.connection() as connection:
            return await (await connection.execute(query.encode(), values)).fetchone()


def _media_row(row: tuple[object, ...]) -> MediaRow:
    declared, (status, reason, expires_at), ready = row[:7], row[7:10], row[10:]
    return MediaRow(
        declared=NewMedia(*declared),  # type: ignore[arg-type]  # this and all below: typed by the query
        status=status,  # type: ignore[arg-type]
        reason=reason,  # type: ignore[arg-type]
        expires_at=expires_at,  # type: ignore[arg-type]
        content=None if ready[0] is None else ReadyContent(*ready),  # type: ignore[arg-type]
    )
