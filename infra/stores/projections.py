"""The register of projections in PostgreSQL: the versions of each view, what they hold of the log, which one is read.

    building → standby → announced → live → standby → … → dropped

A version is built from the log by the operator; from `standby` on its agent follows the log. `announced`: readers know
that it may go live, and wait for it too where they wait for the live one. Going live is one transaction.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zlib import crc32

from infra.stores import inbox_tables
from infra.stores.postgres import Connection, Postgres
from infra.stores.view import View

State = Literal["building", "standby", "announced", "live", "dropped"]
NAMES = ("timeline", "receipts", "inbox", "memberships")
SCRATCH = "scratch"
"""The scope of a version that a proof folds for itself, and drops: nobody else is told of it."""
LOCKS = 0x70726F6A  # the space of advisory locks that are the projections'
_COLUMNS = "name, version, state, scope, made_at, changed_at, live_until"


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the log a version holds: one conversation, or what was appended since a time; neither: the whole."""

    conversation_id: str | None = None
    since_ms: int | None = None

    def __str__(self) -> str:
        if self.conversation_id:
            return f"conversation:{self.conversation_id}"
        return "" if self.since_ms is None else f"since:{self.since_ms}"

    @classmethod
    def parse(cls, text: str) -> "Scope":
        kind, _, value = text.partition(":")
        return cls(value if kind == "conversation" else None, int(value) if kind == "since" else None)


@dataclass(frozen=True, slots=True)
class Version:
    """`scope` is empty for the whole log; only such a version may go live. `live_until`: when another took its place,
    None if it never was live, or is."""

    name: str
    version: int
    state: State
    scope: str
    made_at: datetime
    changed_at: datetime
    live_until: datetime | None

    @property
    def view(self) -> View:
        return View(self.name, self.version)

    @property
    def is_followed(self) -> bool:
        return self.state in {"standby", "announced", "live"} and not self.scope


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one partition of the log is folded: from `first_offset` to before `next_offset`."""

    first_offset: int
    next_offset: int


class StateDiffers(Exception):
    """Somebody else has moved the version on meanwhile."""


class Projections:
    """Every call raises StoreUnavailable."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres

    async def all(self, name: str | None = None) -> list[Version]:
        """By name and version, without those that were dropped."""
        return [one for one in await self.ever(name) if one.state != "dropped" and one.scope != SCRATCH]

    async def scratches(self) -> list[Version]:
        """Those that proofs work with, or have left behind."""
        return [one for one in await self.ever() if one.state != "dropped" and one.scope == SCRATCH]

    async def ever(self, name: str | None = None) -> list[Version]:
        """With those that were dropped, and those of proofs."""
        query = f"SELECT {_COLUMNS} FROM projections WHERE name = coalesce(%s, name) ORDER BY name, version"  # noqa: S608 — constants
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(query.encode(), (name,))).fetchall()
        return [Version(*row) for row in rows]  # type: ignore[arg-type]  # as selected

    def lock(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Whether the projection is ours alone until the end: two operators never work on one at once."""
        return self._postgres.lock(LOCKS, crc32(name.encode()) - 2**31)

    async def add(self, name: str, scope: str) -> Version:
        """A new version, with a number that none ever had; an inbox gets its tables at once."""
        query = (
            "INSERT INTO projections (name, version, state, scope)"  # noqa: S608 — constants
            " SELECT name, max(version) + 1, 'building', %s FROM projections WHERE name = %s GROUP BY name"
            f" RETURNING {_COLUMNS}"
        )
        async with self._postgres.connection() as connection:
            row = await (await connection.execute(query.encode(), (scope, name))).fetchone()
            assert row
            made = Version(*row)  # type: ignore[arg-type]  # as selected
            if name == "inbox":
                await inbox_tables.make(connection, made.version)
        return made

    async def move(self, version: Version, state: State) -> None:
        """Raises StateDiffers."""
        async with self._postgres.connection() as connection:
            await _move(connection, version, state)

    async def go_live(self, version: Version) -> None:
        """In one transaction the live version becomes a standby and this one, which was announced, is read instead.
        Raises StateDiffers."""
        async with self._postgres.connection() as connection:
            await connection.execute(
                "UPDATE projections SET state = 'standby', changed_at = now(), live_until = now()"
                " WHERE name = %s AND state = 'live'",
                (version.name,),
            )
            await _move(connection, version, "live")
            if version.name == "inbox":
                await inbox_tables.show(connection, version.version)

    async def progress(self, version: Version) -> Mapping[int, Progress]:
        """Per partition; nothing of one that was not begun."""
        query = (
            "SELECT log_partition, first_offset, next_offset FROM projection_progress WHERE name = %s AND version = %s"
        )
        async with self._postgres.connection() as connection:
            rows = await (await connection.execute(query, (version.name, version.version))).fetchall()
        return {row[0]: Progress(row[1], row[2]) for row in rows}  # type: ignore[arg-type, misc]  # as selected

    async def advance(self, version: Version, partition: int, progress: Progress) -> None:
        query = (
            "INSERT INTO projection_progress AS old VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (name, version, log_partition) DO UPDATE"
            " SET next_offset = greatest(old.next_offset, excluded.next_offset)"
        )
        values = (version.name, version.version, partition, progress.first_offset, progress.next_offset)
        async with self._postgres.connection() as connection:
            await connection.execute(query, values)

    async def drop_inbox(self, version: int) -> None:
        async with self._postgres.connection() as connection:
            await inbox_tables.drop(connection, version)


async def _move(connection: Connection, version: Version, state: State) -> None:
    cursor = await connection.execute(
        "UPDATE projections SET state = %s, changed_at = now() WHERE name = %s AND version = %s AND state = %s",
        (state, version.name, version.version, version.state),
    )
    if not cursor.rowcount:
        raise StateDiffers(f"{version.view.group} is not {version.state} any more")
