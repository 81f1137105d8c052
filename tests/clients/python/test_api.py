"""Calls about conversations and people over HTTP: what is asked, and what the answers become."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
import pytest
from aiohttp import web

from clients.python import Api, ApiError
from clients.python.commands import LeaveGroup
from clients.python.resources import Gateway, MemberReceipt
from tests.clients.builders import ALICE, BOB, CONVERSATION, START, removed
from tests.clients.scripted_server import Line, ScriptedServer, problem


@dataclass
class Answering(ScriptedServer):
    """Gives one answer to everything."""

    answer: object = None
    status: int = 200
    asked: list[tuple[str, str, object]] = field(default_factory=list)

    def add_routes(self, app: web.Application) -> None:
        app.router.add_route("*", "/v1/{rest:.*}", self._take)

    async def _conversation(self, request: web.Request) -> web.Response:
        return await self._take(request)

    async def _take(self, request: web.Request) -> web.Response:
        raw = await request.read()
        self.asked.append((request.method, request.path, msgspec.json.decode(raw) if raw else None))
        if self.status >= 400:
            return problem(self.status, "not-an-admin")
        if self.status == 204:
            return web.Response(status=204)
        return web.Response(body=msgspec.json.encode(self.answer), status=self.status, content_type="application/json")


async def no_socket(_: Line) -> None:
    raise AssertionError("nobody connects")


@asynccontextmanager
async def api(answer: object = None, status: int = 200) -> AsyncIterator[tuple[Api, Answering]]:
    async with Answering(no_socket, answer=answer, status=status) as server, Api(server.url) as caller:
        yield caller, server


class TestPeople:
    @pytest.mark.asyncio
    async def test_privacy_changes_only_what_is_set(self) -> None:
        profile = {"user_id": ALICE, "read_receipts": False, "last_seen_visibility": "nobody"}
        async with api(profile) as (caller, server):
            changed = await caller.change_me(read_receipts=False, last_seen_visibility="nobody")
        assert (False, "nobody") == (changed.read_receipts, changed.last_seen_visibility)
        body = {"read_receipts": False, "last_seen_visibility": "nobody"}
        assert [("PATCH", "/v1/users/me", body)] == server.asked

    @pytest.mark.asyncio
    async def test_presence_may_be_hidden(self) -> None:
        async with api({"user_id": BOB, "is_online": None, "last_seen_at": None}) as (caller, _):
            presence = await caller.presence(BOB)
        assert (None, None) == (presence.is_online, presence.last_seen_at)

    @pytest.mark.asyncio
    async def test_blocks(self) -> None:
        async with api({"user_ids": [BOB]}) as (caller, _):
            assert (BOB,) == await caller.blocks()

    @pytest.mark.asyncio
    async def test_block_and_unblock(self) -> None:
        async with api(status=204) as (caller, server):
            await caller.block(BOB)
            await caller.unblock(BOB)
        assert [("PUT", f"/v1/blocks/{BOB}", None), ("DELETE", f"/v1/blocks/{BOB}", None)] == server.asked


class TestConversations:
    @pytest.mark.asyncio
    async def test_group_has_members_and_settings(self) -> None:
        member = {"user_id": BOB, "role": "admin", "joined_seq": 1, "delivered_seq": 3, "read_seq": 2}
        settings = {"description": None, "avatar_media_id": None, "who_can_send": "admins", "who_can_add": "admins"}
        answer = {"conversation_id": CONVERSATION, "kind": "group", "name": "Trip", "head_seq": 4}
        async with api({**answer, "members": [member], "settings": settings}) as (caller, _):
            group = await caller.conversation(CONVERSATION)
        assert group.settings is not None
        assert ("admins", (BOB,)) == (group.settings.who_can_send, group.member_ids)

    @pytest.mark.asyncio
    async def test_message_info(self) -> None:
        answer = {"members": [{"user_id": BOB, "delivered_at": START, "read_at": None}]}
        async with api(answer) as (caller, server):
            receipts = await caller.receipts(CONVERSATION, "m")
        assert (MemberReceipt(user_id=BOB, delivered_at=START),) == receipts
        assert f"/v1/conversations/{CONVERSATION}/messages/m/receipts" == server.asked[0][1]

    @pytest.mark.asyncio
    async def test_mute(self) -> None:
        async with api({"muted_until": None}) as (caller, server):
            assert None is await caller.mute(CONVERSATION, None)
        assert [("PATCH", f"/v1/conversations/{CONVERSATION}/preferences", {"muted_until": None})] == server.asked

    @pytest.mark.asyncio
    async def test_gateways(self) -> None:
        async with api({"gateways": [{"url": "ws://g", "connections": 2}]}) as (caller, _):
            assert (Gateway(url="ws://g", connections=2),) == await caller.gateways()


class TestCommands:
    @pytest.mark.asyncio
    @pytest.mark.parametrize(("status", "is_repeat"), [(201, False), (200, True)])
    async def test_answered_by_the_event(self, status: int, *, is_repeat: bool) -> None:
        left = removed(9, ALICE, actor=ALICE)
        async with api(left, status) as (caller, server):
            posted = await caller.command(LeaveGroup(client_id="c1", conversation_id=CONVERSATION))
        assert (left, is_repeat) == (posted.event, posted.is_repeat)
        body = {"type": "LeaveGroup", "client_id": "c1", "conversation_id": CONVERSATION}
        assert [("POST", "/v1/commands", body)] == server.asked

    @pytest.mark.asyncio
    async def test_refused(self) -> None:
        async with api(status=403) as (caller, _):
            with pytest.raises(ApiError) as error:
                await caller.command(LeaveGroup(client_id="c1", conversation_id=CONVERSATION))
        assert "not-an-admin" == error.value.code
