"""Which devices may show a notification of a conversation, in PostgreSQL: those are told when it was read elsewhere."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import cast

from infra.stores.postgres import Postgres
from schemas.notifications import Provider

_OF = """
SELECT s.user_id::text, s.conversation_id::text, s.device_id::text, t.provider FROM push_shown s
JOIN unnest(%s::uuid[], %s::uuid[], %s::bigint[]) AS r (user_id, conversation_id, seq) USING (user_id, conversation_id)
JOIN push_tokens t ON t.device_id = s.device_id
WHERE s.seq <= r.seq
"""
_FORGET = """
DELETE FROM push_shown s USING unnest(%s::uuid[], %s::uuid[], %s::bigint[]) AS r (user_id, conversation_id, seq)
WHERE s.user_id = r.user_id AND s.conversation_id = r.conversation_id AND s.seq <= r.seq
"""

Reads = Mapping[tuple[str, str], int]
"""User and conversation to the seq up to which it was read."""


@dataclass(frozen=True, slots=True)
class Shown:
    user_id: str
    conversation_id: str
    device_id: str
    provider: Provider


class PushShown:
    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def of(self, reads: Reads) -> Collection[Shown]:
        """The devices that may show what was read. Raises StoreUnavailable."""
        if not reads:
            return ()
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(_OF, _columns(reads))).fetchall()
        return [Shown(str(one), str(two), str(three), cast("Provider", four)) for one, two, three, four in rows]

    async def forget(self, reads: Reads) -> None:
        """What was read is shown nowhere. Raises StoreUnavailable."""
        if reads:
            async with self._postgres.connection() as connection:
                await connection.execute(_FORGET, _columns(reads))


def _columns(reads: Reads) -> tuple[list[str], list[str], list[int]]:
    return [one for one, _ in reads], [two for _, two in reads], list(reads.values())
