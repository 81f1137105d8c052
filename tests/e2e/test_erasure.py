"""Who erases their account is gone at once: their tokens, sockets and name, and all that they wrote."""

import asyncio
import os
import sys

import httpx
import pytest

from clients.python import ApiError, MessageSent
from clients.python.events import GroupCreated, MemberRemoved, MessageEdited, ReactionSet
from infra.local.places import ROOT
from infra.local.stack import Stack
from infra.stores.cassandra import Cassandra
from infra.stores.postgres import Postgres
from infra.stores.projections import Projections
from infra.stores.timeline import Timeline
from infra.stores.versions import fixed
from tests.e2e.commands import (
    add_members,
    create_group,
    edit_message,
    refusal,
    refusal_over_http,
    set_reaction,
)
from tests.e2e.conversations import conversation, row, row_at, when
from tests.e2e.line import Lines, texts
from tests.e2e.media import call, get, gone, look, ready, send_media
from tests.e2e.people import PASSWORD, People, Person, send_message, shown
from tests.e2e.test_media import photo
from tests.long_log import settings_of


async def erase(person: Person) -> None:
    await person.api.erase_account(PASSWORD)


async def status_of(person: Person, method: str, path: str) -> int:
    return (await call(person, method, path))[0]


class TestAsking:
    async def test_refused_with_a_wrong_password(self, alice: Person) -> None:
        with pytest.raises(ApiError) as refused:
            await alice.api.erase_account("not the password")
        assert (403, "forbidden") == (refused.value.status, refused.value.code)
        assert alice.handle == (await alice.api.me()).handle

    async def test_malformed_without_one(self, alice: Person) -> None:
        assert (400, {"code": "malformed"}) == await call(alice, "DELETE", "/v1/users/me", {})

    async def test_all_devices_are_signed_out(self, people: People, lines: Lines, alice: Person) -> None:
        phone = await people.device(alice)
        open_lines = [(await lines.hello(one)).line for one in (alice, phone)]
        token = alice.credentials.access_token
        refresh = alice.credentials.refresh_token
        await erase(alice)
        assert [4503, 4503] == [await line.hear_close() for line in open_lines]
        async with httpx.AsyncClient() as http:
            me = await http.get(f"{people.api_url}/v1/users/me", headers={"Authorization": f"Bearer {token}"})
            again = await http.post(f"{people.api_url}/v1/sessions/refresh", json={"refresh_token": refresh})
        assert [401, 401] == [me.status_code, again.status_code]
        assert 401 == await status_of(phone, "POST", "/v1/tickets")

    async def test_nobody_signs_in_with_it_or_takes_the_handle(self, people: People, alice: Person) -> None:
        await erase(alice)
        with pytest.raises(ApiError) as refused:
            await people.device(alice)
        assert 401 == refused.value.status
        with pytest.raises(ApiError) as taken:
            await alice.api.create_account(alice.handle, "Another", PASSWORD)
        assert (409, "conflict") == (taken.value.status, taken.value.code)


class TestOthers:
    async def test_find_nobody(self, alice: Person, bob: Person) -> None:
        await alice.send(bob)
        user_id = alice.user_id
        await erase(alice)
        assert 404 == await status_of(bob, "GET", f"/v1/users/{user_id}")
        assert 404 == await status_of(bob, "GET", f"/v1/users/{user_id}/presence")
        assert await bob.api.user_by_handle(alice.handle) is None
        assert () == await bob.api.users([user_id])

    async def test_see_messages_without_bodies(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        epoch = (await lines.hello(bob)).welcome.epoch
        first = await alice.send(bob, "of alice")
        await bob.send(alice, "of bob")
        edited = await alice.do(MessageEdited, edit_message(first, "of alice, edited"))
        await bob.do(ReactionSet, set_reaction(first))
        last = await alice.send(bob, "the last")
        here = first.conversation_id
        await row_at(bob, here, last.seq)
        await erase(alice)
        page = await shown(bob, here, last.seq)
        assert [None, "of bob", None] == texts(page.events)
        (edit,) = [one for one in page.events if isinstance(one, MessageEdited)]
        assert (edited.seq, None) == (edit.seq, edit.body)
        assert texts(page.events) == texts((await lines.hello(bob, {here: 0}, epoch)).events)
        mine = await row(bob, here)
        assert mine.head_text is None
        assert {alice.user_id, bob.user_id} == set(mine.members or ())

    async def test_cannot_write_to_them(self, lines: Lines, people: People) -> None:
        alice, bob = await people.pair()
        line = (await lines.hello(bob)).line
        here = (await alice.send(bob)).conversation_id
        await row_at(bob, here, 1)
        await erase(alice)
        for place in ({"to_user_id": alice.user_id}, {"conversation_id": here}):
            assert "unknown-user" == await refusal(line, send_message("anybody?", **place))
            assert (404, "unknown-user") == await refusal_over_http(bob, send_message("anybody?", **place))


class TestGroups:
    async def test_left_with_a_new_admin(self, people: People) -> None:
        alice, bob = await people.pair()
        group = await alice.do(GroupCreated, create_group(bob))
        await erase(alice)
        page = await shown(bob, group.conversation_id, 2)
        left = page.events[-1]
        assert isinstance(left, MemberRemoved)
        assert (alice.user_id, alice.user_id, bob.user_id) == (left.actor_id, left.user_id, left.promoted_user_id)
        found = await when(lambda: conversation(bob, group.conversation_id), lambda one: one.head_seq >= 2)
        assert {bob.user_id: "admin"} == found.roles

    async def test_nobody_can_be_added_again(self, people: People) -> None:
        alice, bob = await people.pair()
        group = await bob.do(GroupCreated, create_group())
        await erase(alice)
        assert (404, "unknown-user") == await refusal_over_http(bob, add_members(group.conversation_id, alice))


class TestMedia:
    async def test_gone_with_its_bytes_but_for_what_others_sent_on(self, people: People) -> None:
        alice, bob = await people.pair()
        carol = await people.person("carol")
        sent, forwarded = [await ready(alice, photo()) for _ in range(2)]
        urls = [(await look(alice, one))["url"] for one in (sent, forwarded)]
        for one in (sent, forwarded):
            await alice.do(MessageSent, send_media(one, to_user_id=bob.user_id))
        await bob.do(MessageSent, send_media(forwarded, to_user_id=carol.user_id))
        await erase(alice)
        await gone(bob, sent)
        assert [404, 200] == [(await get(url)).status_code for url in urls]
        assert "ready" == (await look(carol, forwarded))["status"]

    async def test_equal_bytes_of_somebody_else_stay(self, people: People) -> None:
        alice, bob = await people.pair()
        file = photo()
        of_alice, of_bob = await ready(alice, file), await ready(bob, file)
        await alice.do(MessageSent, send_media(of_alice, to_user_id=bob.user_id))
        await erase(alice)
        await gone(bob, of_alice)
        assert 200 == (await get((await look(bob, of_bob))["url"])).status_code


class TestRebuilt:
    async def test_the_same_rows_as_before(self, system: Stack, people: People) -> None:
        """Projections keep ciphertext and know no keys: folded again after an erasure, the timeline is as before."""
        alice, bob = await people.pair()
        first = await alice.send(bob, "of alice")
        edited = await alice.do(MessageEdited, edit_message(first, "of alice, edited"))
        here = first.conversation_id
        await shown(bob, here, edited.seq)
        await erase(alice)
        environment = {**os.environ, **system.environment()}
        command = [sys.executable, "-m", "infra.operator", "projection", "rebuild", "timeline", "--conversation", here]
        rebuilding = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment)
        assert 0 == await rebuilding.wait()
        settings = settings_of(system)
        postgres = await Postgres.connect(settings)
        cassandra = await Cassandra.connect(settings)
        try:
            versions = [one.version for one in await Projections(postgres).all() if one.name == "timeline"]
            live, rebuilt = [
                await (await Timeline.prepare(cassandra, fixed(one), is_one_replica_set=True)).read(here, 1, 2)
                for one in (min(versions), max(versions))
            ]
        finally:
            await cassandra.close()
            await postgres.close()
        dropping = [*command[:4], "drop", "timeline", str(max(versions))]
        assert 0 == await (await asyncio.create_subprocess_exec(*dropping, cwd=ROOT, env=environment)).wait()
        assert live == rebuilt
        assert [1, 2] == [one.seq for one in rebuilt]
