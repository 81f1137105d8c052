"""Who may see whose presence: by the watched one's privacy, by conversations that both are in, and by blocks.

Asked of PostgreSQL: accounts, and the inbox view.
"""

from collections.abc import Collection

import msgspec

from infra.stores.postgres import Postgres

Pair = tuple[str, str]
"""Who looks, and at whom."""

_VISIBLE = """
SELECT p.watcher::text, p.watched::text
FROM json_to_recordset(%s) AS p (watcher uuid, watched uuid) JOIN users u ON u.user_id = p.watched
WHERE u.erased_at IS NULL AND (p.watcher = p.watched OR (
    CASE u.last_seen_visibility
        WHEN 'everyone' THEN true
        WHEN 'contacts' THEN EXISTS (
            SELECT 1 FROM inbox.members mine JOIN inbox.members theirs USING (conversation_id)
            WHERE mine.user_id = p.watcher AND theirs.user_id = p.watched
            AND cardinality(mine.joined_seqs) > cardinality(mine.left_seqs)
            AND cardinality(theirs.joined_seqs) > cardinality(theirs.left_seqs))
        ELSE false
    END
    AND NOT EXISTS (
        SELECT 1 FROM inbox.blocks b WHERE b.is_blocked AND (
            (b.blocker_id = p.watcher AND b.blocked_id = p.watched)
            OR (b.blocker_id = p.watched AND b.blocked_id = p.watcher)))))
"""


class Acquaintance:
    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def visible(self, pairs: Collection[Pair]) -> frozenset[Pair]:
        """Those pairs of which the first may see the other's presence. Raises StoreUnavailable."""
        if not pairs:
            return frozenset()
        asked = msgspec.json.encode([{"watcher": watcher, "watched": watched} for watcher, watched in pairs])
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(_VISIBLE, (asked.decode(),))).fetchall()
        return frozenset((str(watcher), str(watched)) for watcher, watched in rows)
