"""What must be known of devices right before they are pushed to: the token, whether it is still wanted, the badge.

The badge counts unread messages in conversations that are not muted, as the inbox view has them; one message more
where the view has not come to the message itself yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from infra.stores.postgres import Postgres
from schemas.notifications import Provider, PushRequested


@dataclass(frozen=True, slots=True)
class Wanted:
    """A device's token, sealed, with its hash (None: it has none now), and the user's view of the conversation."""

    provider: Provider | None
    token_hash: bytes | None
    sealed: bytes | None
    is_muted: bool
    has_left: bool
    read_seq: int
    badge: int
    sender_name: str | None


_LOOK = """
WITH asked AS (
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::bigint[], %s::uuid[])
        WITH ORDINALITY AS a (device_id, user_id, conversation_id, seq, sender_id, number)
), badges AS (
    SELECT u.user_id, coalesce(sum(c.head_seq - m.read_seq - (
        SELECT count(*) FROM inbox.silent_events s
        WHERE s.conversation_id = c.conversation_id AND s.seq > m.read_seq AND s.seq <= c.head_seq)), 0) AS unread
    FROM (SELECT DISTINCT user_id FROM asked) u
    JOIN inbox.members m ON m.user_id = u.user_id AND cardinality(m.joined_seqs) > cardinality(m.left_seqs)
    JOIN inbox.conversations c ON c.conversation_id = m.conversation_id AND c.head_seq > m.read_seq
    LEFT JOIN preferences p ON p.user_id = m.user_id AND p.conversation_id = m.conversation_id
    WHERE p.muted_until IS NULL OR p.muted_until <= now()
    GROUP BY u.user_id
)
SELECT t.provider, t.token_hash, t.sealed, coalesce(p.muted_until > now(), false),
    coalesce(cardinality(m.joined_seqs) <= cardinality(m.left_seqs), false), coalesce(m.read_seq, 0),
    coalesce(b.unread, 0) + CASE WHEN a.seq > coalesce(c.head_seq, 0) THEN 1 ELSE 0 END, u.display_name
FROM asked a
LEFT JOIN push_tokens t ON t.device_id = a.device_id AND t.user_id = a.user_id
LEFT JOIN preferences p ON p.user_id = a.user_id AND p.conversation_id = a.conversation_id
LEFT JOIN inbox.members m ON m.conversation_id = a.conversation_id AND m.user_id = a.user_id
LEFT JOIN inbox.conversations c ON c.conversation_id = a.conversation_id
LEFT JOIN badges b ON b.user_id = a.user_id
LEFT JOIN users u ON u.user_id = a.sender_id AND u.erased_at IS NULL
ORDER BY a.number
"""


class PushTargets:
    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def look(self, requests: Sequence[PushRequested]) -> list[Wanted]:
        """One for each request, in their order. Raises StoreUnavailable."""
        columns = (
            [one.device_id for one in requests],
            [one.user_id for one in requests],
            [one.conversation_id for one in requests],
            [one.seq if one.kind == "message" else 0 for one in requests],
            [one.sender_id for one in requests],
        )
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(_LOOK, columns)).fetchall()
        return [_wanted(row) for row in rows]


def _wanted(row: Sequence[object]) -> Wanted:
    provider, token_hash, sealed, is_muted, has_left, read_seq, badge, sender_name = row
    return Wanted(
        cast("Provider | None", provider),
        cast("bytes | None", token_hash),
        cast("bytes | None", sealed),
        bool(is_muted),
        bool(has_left),
        cast("int", read_seq),
        int(cast("int", badge)),
        cast("str | None", sender_name),
    )
