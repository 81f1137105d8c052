"""Erasures in PostgreSQL: who asked for one, whether the log knows, and taking away what names the person.

Asking signs all devices out and hides the person at once; AccountErased follows, and its consumer (streams/erasure)
clears the rest. Until `announced_at` is set, `unannounced` finds it: no crash in between loses the event.
"""

from dataclasses import dataclass
from datetime import datetime

from infra.stores.accounts import Credentials
from infra.stores.log import Appender
from infra.stores.postgres import Connection, Postgres
from schemas import envelope
from schemas.accounts import AccountErased
from schemas.codec import encode
from schemas.sealing import HandleKey
from schemas.times import timestamp
from schemas.topics import ACCOUNT_EVENTS


@dataclass(frozen=True, slots=True)
class Asked:
    """An erasure that nothing can stop any more."""

    user_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Present:
    """A group in which somebody is still a member, since `joined_seq`."""

    user_id: str
    conversation_id: str
    joined_seq: int


_HIDE = """
UPDATE users SET erased_at = date_trunc('milliseconds', clock_timestamp())
WHERE user_id = %(user_id)s AND erased_at IS NULL
    AND (%(password_hash)s::text IS NULL OR password_hash = %(password_hash)s)
RETURNING erased_at
"""
_ASK = "INSERT INTO erasures (user_id, asked_at) VALUES (%s, %s)"
# All that is kept of a person beside what the log says, which is ids and times.
_CLEAR = (
    """
    UPDATE users SET erased_at = coalesce(erased_at, %(at)s), handle = NULL, display_name = NULL,
        password_hash = NULL, avatar_media_id = NULL, read_receipts = true, last_seen_visibility = 'nobody'
    WHERE user_id = %(user_id)s AND handle IS NOT NULL
    """,
    "UPDATE data_keys SET wrapped = NULL, erased_at = %(at)s WHERE user_id = %(user_id)s AND wrapped IS NOT NULL",
    "DELETE FROM devices WHERE user_id = %(user_id)s",  # with their tokens, and what they show
    "DELETE FROM preferences WHERE user_id = %(user_id)s",
    "DELETE FROM last_seen WHERE user_id = %(user_id)s",
    # Of those that others have sent on, and that stay.
    "UPDATE media SET file_name = NULL WHERE owner_id = %(user_id)s AND file_name IS NOT NULL",
    """
    INSERT INTO erasures AS old (user_id, asked_at, announced_at, cleared_at)
    VALUES (%(user_id)s, %(at)s, now(), clock_timestamp())
    ON CONFLICT (user_id) DO UPDATE SET announced_at = coalesce(old.announced_at, excluded.announced_at),
        cleared_at = excluded.cleared_at, changed_at = excluded.changed_at WHERE old.cleared_at IS NULL
    """,
)
_UNANNOUNCED = """
SELECT user_id::text, asked_at FROM erasures
WHERE announced_at IS NULL AND asked_at < now() - make_interval(secs => %s) ORDER BY asked_at LIMIT %s
"""
_UNSETTLED = """
SELECT user_id::text, asked_at FROM erasures WHERE settled_at IS NULL AND cleared_at IS NOT NULL ORDER BY cleared_at
"""
_SETTLE = """
UPDATE erasures SET settled_at = now()
WHERE user_id = %s AND settled_at IS NULL AND cleared_at < now() - make_interval(secs => %s)
"""
_PRESENT = """
SELECT m.user_id::text, m.conversation_id::text, m.joined_seqs[cardinality(m.joined_seqs)]
FROM inbox.members m JOIN inbox.conversations c USING (conversation_id)
WHERE m.user_id = %s AND c.kind = 'group' AND cardinality(m.joined_seqs) > cardinality(m.left_seqs)
ORDER BY m.conversation_id
"""
_CHANGED = "SELECT user_id::text FROM erasures WHERE changed_at > now() - make_interval(secs => %s)"


class Erasures:
    def __init__(self, postgres: Postgres, master_key: bytes) -> None:
        self._postgres = postgres
        self._handles = HandleKey(master_key)

    async def ask(self, user_id: str, password: Credentials | None = None) -> Asked | None:
        """Hide a person for good and sign their devices out. None if they are erased already, or `password` is theirs
        no more. Raises StoreUnavailable."""
        values = {"user_id": user_id, "password_hash": password and password.password_hash}
        async with self._postgres.connection() as connection:
            row = await (await connection.execute(_HIDE, values)).fetchone()
            if row is None:
                return None
            await connection.execute("DELETE FROM devices WHERE user_id = %s", (user_id,))
            await connection.execute(_ASK, (user_id, row[0]))
        return Asked(user_id, row[0])  # type: ignore[arg-type]  # typed by the query

    async def announce(self, appender: Appender, asked: Asked, source: str) -> None:
        """Append AccountErased; doing it twice says the same twice. Raises StoreUnavailable: then it is done later."""
        at = timestamp(round(asked.at.timestamp() * 1000))
        event = AccountErased(user_id=asked.user_id, at=at)
        headers = envelope.headers(
            event, id_=f"{asked.user_id}/erased", source=source, subject=asked.user_id, at=at,
            trace=envelope.new_trace(),
        )  # fmt: skip
        await appender.append(ACCOUNT_EVENTS.name, encode(event), key=asked.user_id, headers=headers)
        async with self._postgres.connection() as connection:
            await connection.execute("UPDATE erasures SET announced_at = now() WHERE user_id = %s", (asked.user_id,))

    async def unannounced(self, older_than_seconds: float, limit: int) -> list[Asked]:
        """Erasures of which the log is not known to know. Raises StoreUnavailable."""
        return await self._asked(_UNANNOUNCED, (older_than_seconds, limit))

    async def clear(self, asked: Asked) -> None:
        """Delete the data key, leaving its mark, and all that names the person; doing it again takes away what came
        late. In one transaction. Raises StoreUnavailable."""
        values = {"user_id": asked.user_id, "at": asked.at}
        async with self._postgres.connection() as connection:
            if not await self._reserve_handle(connection, asked.user_id):
                return  # nobody: a log with another store
            for statement in _CLEAR:
                await connection.execute(statement.encode(), values)

    async def _reserve_handle(self, connection: Connection, user_id: str) -> bool:
        cursor = await connection.execute("SELECT handle FROM users WHERE user_id = %s FOR UPDATE", (user_id,))
        row = await cursor.fetchone()
        if row and row[0] is not None:
            query = "INSERT INTO reserved_handles (handle_hash) VALUES (%s) ON CONFLICT DO NOTHING"
            await connection.execute(query, (self._handles.hash(str(row[0])),))
        return row is not None

    async def is_reserved(self, handle: str) -> bool:
        """Whether somebody who was erased had it: nobody else may be taken for them. Raises StoreUnavailable."""
        query = "SELECT 1 FROM reserved_handles WHERE handle_hash = %s"
        async with self._postgres.connection() as connection:
            return await (await connection.execute(query, (self._handles.hash(handle),))).fetchone() is not None

    async def is_cleared(self, user_id: str) -> bool:
        """Raises StoreUnavailable."""
        query = "SELECT 1 FROM erasures WHERE user_id = %s AND cleared_at IS NOT NULL"
        async with self._postgres.connection() as connection:
            return await (await connection.execute(query, (user_id,))).fetchone() is not None

    async def unsettled(self) -> list[Asked]:
        """Those that are cleared, and of whom something may still come late. Raises StoreUnavailable."""
        return await self._asked(_UNSETTLED, ())

    async def settle(self, user_id: str, after_seconds: float) -> None:
        """Nothing was found: nothing more is looked for, if it was cleared so long ago. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            await connection.execute(_SETTLE, (user_id, after_seconds))

    async def groups(self, user_id: str) -> list[Present]:
        """The groups that they have not left, as the inbox view knows it. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(_PRESENT, (user_id,))).fetchall()
        return [Present(*row) for row in rows]  # type: ignore[arg-type]  # typed by the query

    async def changed(self, within_seconds: float) -> list[str]:
        """Who was erased, or whose key went, so lately. Raises StoreUnavailable."""
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(_CHANGED, (within_seconds,))).fetchall()
        return [str(row[0]) for row in rows]

    async def _asked(self, query: str, values: tuple[object, ...]) -> list[Asked]:
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(query.encode(), values)).fetchall()
        return [Asked(*row) for row in rows]  # type: ignore[arg-type]  # typed by the query
