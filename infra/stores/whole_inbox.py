"""All of a version of the inbox: which conversations it has, and their rows in all its tables."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from infra.stores.postgres import Postgres
from infra.stores.whole_views import Part, Partition

PAGE_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class InboxTable:
    """`key`: what with the conversation is the primary key; `fields`: the rest."""

    name: str
    key: tuple[str, ...]
    fields: tuple[str, ...]


TABLES = (
    InboxTable(
        "conversations",
        (),
        (
            "kind", "head_seq", "head_at", "last_message_seq", "last_message", "last_edit", "last_edit_seq",
            "is_last_deleted", "last_reactions", "name", "description", "avatar_media_id", "who_can_send",
            "who_can_add", "advanced_at",
        ),
    ),
    InboxTable(
        "members",
        ("user_id",),
        (
            "joined_seqs", "left_seqs", "left_at", "left_name", "role", "position", "read_seq", "shown_read_seq",
            "delivered_seq",
        ),
    ),
    InboxTable("silent_events", ("seq",), ()),
    InboxTable("blocks", ("blocker_id", "blocked_id"), ("is_blocked", "command_offset")),
)  # fmt: skip

InboxRow = tuple[str, tuple[object, ...], tuple[object, ...]]
"""A table's name, the key and the fields; ids and times as texts."""


class WholeInbox:
    """Every call raises StoreUnavailable."""

    part_bytes = 0

    def __init__(self, postgres: Postgres, version: int) -> None:
        self._postgres = postgres
        self._version = version

    async def partitions(self) -> AsyncGenerator[Sequence[Partition]]:
        """Page by page, in no order."""
        for table in TABLES:
            query = f"SELECT DISTINCT conversation_id FROM inbox_{self._version:d}.{table.name}"  # noqa: S608 — constants
            async with (
                self._postgres.connection() as connection,
                connection.cursor(f"partitions_{uuid4().hex}") as cursor,
            ):
                await connection.execute("SET LOCAL statement_timeout = 0")  # a large table is sorted first
                await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # while pages are used
                await cursor.execute(query.encode())
                while rows := await cursor.fetchmany(PAGE_ROWS):
                    yield [(row[0].bytes, b"") for row in rows]  # type: ignore[attr-defined]  # as selected

    async def read(self, wanted: Mapping[str, Sequence[Part]]) -> Mapping[str, Sequence[InboxRow]]:
        """These conversations, as they are at one moment; those of which nothing is there are missing."""
        found: dict[str, list[InboxRow]] = {}
        async with self._postgres.connection() as connection:
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            for table in TABLES:
                names = ", ".join(("conversation_id", *table.key, *table.fields))
                query = (
                    f"SELECT {names} FROM inbox_{self._version:d}.{table.name}"  # noqa: S608 — constants
                    " WHERE conversation_id = ANY(%s::uuid[])"
                )
                width = 1 + len(table.key)
                for row in await (await connection.execute(query.encode(), (list(wanted),))).fetchall():
                    values = tuple(map(_plain, row))
                    found.setdefault(str(row[0]), []).append((table.name, values[1:width], values[width:]))
        return found


def _plain(value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return tuple(value) if isinstance(value, list) else value
