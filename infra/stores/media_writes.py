"""Media as the views write them in PostgreSQL: what became of uploads, and at which seqs media stand.

Both are idempotent: the first event of a media counts, and so does the first record of a seq.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.stores.postgres import Postgres
from schemas.media import AnyMediaEvent, MediaReady


@dataclass(frozen=True, slots=True)
class Use:
    """A media stands in a conversation at `seq`: in the message at `message_seq`, or in an edit of it."""

    conversation_id: str
    seq: int
    message_seq: int
    media_id: str


@dataclass(frozen=True, slots=True)
class Unused:
    """The message at `message_seq` was deleted for everyone."""

    conversation_id: str
    message_seq: int


_IS_OPEN = "WHERE media_id = %(media_id)s AND status IN ('pending', 'processing')"
_MAKE_READY = f"""
UPDATE media SET status = 'ready', decided_at = now(), content_sha256 = %(sha256)s, content_size = %(size)s,
    ready_type = %(content_type)s, thumbnail_sha256 = %(thumbnail)s, width = %(width)s,
    height = %(height)s, duration_seconds = %(duration_seconds)s, preview = coalesce(%(preview)s, (
        SELECT c.preview FROM media_contents c
        WHERE (c.sha256, c.kind, c.content_type) = (media.sha256, media.kind, media.content_type)))
{_IS_OPEN}
"""  # noqa: S608 — made of parts that stand above
_REFUSE = f"UPDATE media SET status = 'refused', decided_at = now(), reason = %(reason)s {_IS_OPEN}"  # noqa: S608
_USE = """
INSERT INTO media_uses_1.uses (conversation_id, seq, message_seq, media_id) VALUES (%s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_UNUSE = "UPDATE media_uses_1.uses SET is_deleted = true WHERE conversation_id = %s AND message_seq = %s"


class MediaWriter:
    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def decide(self, events: Sequence[AnyMediaEvent]) -> None:
        """What became of uploads; one that is decided stays so. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection, connection.pipeline():
            for event in events:
                if isinstance(event, MediaReady):
                    await connection.execute(_MAKE_READY.encode(), _ready(event))
                else:
                    await connection.execute(_REFUSE.encode(), {"media_id": event.media_id, "reason": event.reason})

    async def use(self, changes: Sequence[Use | Unused]) -> None:
        """Where media stand, in the order of the log. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection, connection.pipeline():
            for one in changes:
                if isinstance(one, Use):
                    await connection.execute(_USE, (one.conversation_id, one.seq, one.message_seq, one.media_id))
                else:
                    await connection.execute(_UNUSE, (one.conversation_id, one.message_seq))


def _ready(event: MediaReady) -> dict[str, object]:
    return {
        "media_id": event.media_id,
        "sha256": event.content.sha256,
        "size": event.content.size,
        "content_type": event.content.content_type,
        "thumbnail": event.thumbnail and event.thumbnail.sha256,
        "preview": event.preview,
        "width": event.width,
        "height": event.height,
        "duration_seconds": event.duration_seconds,
    }
