"""The pool to PostgreSQL: a transaction per connection taken; a store that is away says so."""

import pytest
from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from pydantic import SecretStr

from infra.stores import postgres as module
from infra.stores.faults import StoreUnavailable
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from tests.infra.stores.connecting import NOWHERE, postgres_of

pytestmark = pytest.mark.asyncio(loop_scope="session")
INSERT = "INSERT INTO data_keys (user_id, wrapped) VALUES (%s, '')"


class TestConnection:
    async def test_a_fault_of_ones_own_goes_up_and_undoes_all(self, postgres: Postgres, user_id: str) -> None:
        with pytest.raises(UniqueViolation):
            async with postgres.connection() as connection:
                await connection.execute("UPDATE users SET display_name = 'x' WHERE user_id = %s", (user_id,))
                await connection.execute(INSERT, (user_id,))
        async with postgres.connection() as connection:
            found = await connection.execute("SELECT display_name FROM users WHERE user_id = %s", (user_id,))
            assert ("Alice",) == await found.fetchone()

    async def test_unavailable_when_nobody_listens(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "WAIT_SECONDS", 0.3)
        dsn = SecretStr(f"postgresql://nobody@{NOWHERE}/nothing")
        async with postgres_of(StoreSettings(postgres_dsn=dsn)) as nowhere:
            with pytest.raises(StoreUnavailable):
                async with nowhere.connection():
                    pass

    async def test_unavailable_when_the_connection_breaks(self, postgres: Postgres) -> None:
        with pytest.raises(StoreUnavailable):
            async with postgres.connection() as connection:
                await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        async with postgres.connection() as connection:
            assert await connection.execute("SELECT 1")

    async def test_who_goes_without_a_word_lets_go(
        self, postgres: Postgres, user_id: str, settings: StoreSettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(module._POOLED, "idle_in_transaction_session_timeout", 300)
        lock, is_let_go = "SELECT FROM users WHERE user_id = %s FOR UPDATE", False
        async with postgres_of(settings) as silent:
            with pytest.raises(StoreUnavailable):
                async with silent.connection() as held:
                    await held.execute(lock, (user_id,))
                    async with postgres.connection() as other:
                        await other.execute(lock, (user_id,))  # waits for it, 5 s at most
                        is_let_go = True
                    await held.execute("SELECT 1")
        assert is_let_go


class TestLock:
    async def test_let_go_before_the_server_notices_the_end(
        self, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left_open: list[AsyncConnection] = []

        async def unnoticed(connection: AsyncConnection) -> None:
            left_open.append(connection)

        with monkeypatch.context() as patched:
            patched.setattr(AsyncConnection, "close", unnoticed)
            async with postgres.lock(1907, 3) as is_ours:
                assert is_ours
        try:
            async with postgres.lock(1907, 3) as is_ours:
                assert is_ours
        finally:
            for connection in left_open:
                await connection.close()
