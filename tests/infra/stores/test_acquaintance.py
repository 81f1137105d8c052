"""Who may see whose presence."""

import pytest

from infra.stores.accounts import Accounts, NewAccount
from infra.stores.acquaintance import Acquaintance
from infra.stores.postgres import Postgres
from infra.stores.privacy import Privacy, Visibility
from tests.infra.stores.connecting import new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def person(postgres: Postgres, visibility: Visibility = "everyone") -> str:
    id_ = new_id()
    await Accounts(postgres).seed([NewAccount(id_, f"h.{id_[:13]}", "Somebody", "a hash", b"a key")])
    await Privacy(postgres).change(id_, last_seen_visibility=visibility)
    return id_


async def together(postgres: Postgres, one: str, other: str, *, has_left: bool = False) -> None:
    """In one conversation, which `other` may have left."""
    conversation_id = new_id()
    query = (
        "INSERT INTO inbox_2.members (conversation_id, user_id, joined_seqs, left_seqs, role, position, read_seq,"
        " shown_read_seq, delivered_seq) VALUES (%s, %s, '{1}', %s, 'member', 0, 0, 0, 0)"
    )
    async with postgres.connection() as connection:
        await connection.execute(query, (conversation_id, one, []))
        await connection.execute(query, (conversation_id, other, [2] if has_left else []))


async def block(postgres: Postgres, one: str, other: str, *, is_blocked: bool = True) -> None:
    query = (
        "INSERT INTO inbox_2.blocks VALUES (%s, %s, %s, %s, 1) ON CONFLICT (blocker_id, blocked_id)"
        " DO UPDATE SET is_blocked = excluded.is_blocked"
    )
    async with postgres.connection() as connection:
        await connection.execute(query, (one, other, new_id(), is_blocked))


class TestVisible:
    async def test_everyone(self, postgres: Postgres) -> None:
        one, other = await person(postgres), await person(postgres)
        pairs = {(one, other), (other, one), (one, one)}
        assert pairs == await Acquaintance(postgres).visible(pairs)

    async def test_nobody_but_oneself(self, postgres: Postgres) -> None:
        one, other = await person(postgres), await person(postgres, "nobody")
        await together(postgres, one, other)
        assert {(other, other)} == await Acquaintance(postgres).visible({(one, other), (other, other)})

    @pytest.mark.parametrize("has_left", [False, True])
    async def test_contacts_while_both_are_there(self, postgres: Postgres, has_left: bool) -> None:  # noqa: FBT001
        one, other, stranger = await person(postgres), await person(postgres, "contacts"), await person(postgres)
        await together(postgres, one, other, has_left=has_left)
        found = await Acquaintance(postgres).visible({(one, other), (stranger, other), (other, one)})
        assert {(other, one)} | (set() if has_left else {(one, other)}) == found

    async def test_neither_way_where_one_blocks_the_other(self, postgres: Postgres) -> None:
        one, other = await person(postgres), await person(postgres)
        pairs = {(one, other), (other, one)}
        await block(postgres, one, other)
        assert set() == await Acquaintance(postgres).visible(pairs)
        await block(postgres, one, other, is_blocked=False)
        assert pairs == await Acquaintance(postgres).visible(pairs)

    async def test_not_who_does_not_exist(self, postgres: Postgres) -> None:
        assert set() == await Acquaintance(postgres).visible({(await person(postgres), new_id())})

    async def test_nothing_asked(self, postgres: Postgres) -> None:
        assert set() == await Acquaintance(postgres).visible([])
