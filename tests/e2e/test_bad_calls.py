"""Bad input over HTTP: the answer that the protocol names."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from clients.python import ApiError
from clients.python.http import Api
from clients.python.transport import Query
from tests.e2e.people import PASSWORD, People, Person, send_message, shown
from tests.e2e.test_bad_frames import MALFORMED

MALFORMED_MESSAGES = [
    "",
    "[]",
    '{"client_id":"x"}',
    '{"client_id":"x","body":{"kind":"text","text":"a\\u0000b"}}',
    '{"client_id":"x","body":{"kind":"text","text":"\\ud800"}}',
    '{"client_id":"a\\u0000b","body":{"kind":"text","text":"x"}}',
    '{"client_id":"","body":{"kind":"text","text":"x"}}',
    '{"client_id":"x","body":{"kind":"text","text":"x"},"more":1}',
    "[" * 30_000,
]


async def post(person: Person, path: str, content: str | bytes) -> httpx.Response:
    """A call with any content at all."""
    headers = {"Authorization": f"Bearer {person.credentials.access_token}", "Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=person.api.base_url) as http:
        return await http.post(path, content=content, headers=headers)


class TestCommands:
    async def test_malformed(self, alice: Person) -> None:
        for kind, frame in MALFORMED.items():
            content = frame if isinstance(frame, str) else httpx.Request("POST", "http://x", json=frame).content
            answer = await post(alice, "/v1/commands", content)
            assert (kind, 400, "malformed") == (kind, answer.status_code, answer.json()["code"])
            assert "application/problem+json" == answer.headers["Content-Type"]

    async def test_too_large(self, alice: Person) -> None:
        answer = await post(alice, "/v1/commands", b"x" * (4 << 20))
        assert (413, "too-large") == (answer.status_code, answer.json()["code"])

    async def test_refused(self, people: People) -> None:
        alice, bob = await people.pair()
        theirs = await bob.send(await people.person("carol"))
        for frame, status, code in (
            (send_message(to_user_id=str(uuid4())), 404, "unknown-user"),
            (send_message(to_user_id=alice.user_id), 403, "not-allowed"),
            (send_message("", to_user_id=bob.user_id), 422, "empty"),
            (send_message("x" * 4_097, to_user_id=bob.user_id), 422, "too-long"),
            (send_message(conversation_id=theirs.conversation_id), 403, "not-a-member"),
            (send_message(conversation_id=str(uuid4())), 403, "not-a-member"),
        ):
            with pytest.raises(ApiError) as refused:
                await alice.api.request("POST", "/v1/commands", body=frame)
            assert (status, code) == (refused.value.status, refused.value.code)

    async def test_client_id_repeated_over_http_and_socket(self, people: People) -> None:
        alice, bob = await people.pair()
        frame = send_message("once", "mine", to_user_id=bob.user_id)
        answers = [await alice.api.request("POST", "/v1/commands", body=frame) for _ in range(2)]
        assert [201, 200] == [answer.status_code for answer in answers]
        assert answers[0].content == answers[1].content
        posted = await alice.api.post_message(answers[0].json()["conversation_id"], client_id="mine", text="once")
        assert (True, 1) == (posted.is_repeat, posted.event.seq)
        with pytest.raises(ApiError) as refused:
            await alice.send(bob, "something else", "mine")
        assert (409, "conflict") == (refused.value.status, refused.value.code)

    async def test_the_same_at_once_is_one_message(self, people: People) -> None:
        alice, bob = await people.pair()
        sent = await asyncio.gather(*(alice.send(bob, "once", "mine") for _ in range(8)))
        assert {sent[0].message_id} == {event.message_id for event in sent}
        assert 2 == (await alice.send(bob, "next")).seq


class TestMessages:
    async def test_malformed(self, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = (await alice.send(bob)).conversation_id
        for content in MALFORMED_MESSAGES:
            answer = await post(alice, f"/v1/conversations/{conversation_id}/messages", content)
            assert (content, 400, "malformed") == (content, answer.status_code, answer.json()["code"])


class TestTokens:
    @pytest.mark.parametrize("token", ["x", "a.b.c", "é", "x y"])
    async def test_refused(self, api_url: str, token: str) -> None:
        async with httpx.AsyncClient(base_url=api_url) as http:
            answer = await http.get("/v1/users/me", headers=[(b"Authorization", f"Bearer {token}".encode())])
        assert (401, "unauthenticated") == (answer.status_code, answer.json()["code"])

    async def test_the_refresh_token_is_no_access_token(self, alice: Person) -> None:
        headers = {"Authorization": f"Bearer {alice.credentials.refresh_token}"}
        async with httpx.AsyncClient(base_url=alice.api.base_url) as http:
            assert 401 == (await http.get("/v1/users/me", headers=headers)).status_code


class TestAccounts:
    async def test_conflict_when_the_handle_is_taken(self, alice: Person) -> None:
        async with Api(alice.api.base_url) as api:
            with pytest.raises(ApiError) as refused:
                await api.create_account(alice.handle, "Another", PASSWORD)
        assert (409, "conflict") == (refused.value.status, refused.value.code)


class TestCursors:
    async def test_malformed(self, people: People) -> None:
        alice, bob = await people.pair()
        conversation_id = (await alice.send(bob)).conversation_id
        await shown(alice, conversation_id, 1)
        path = f"/v1/conversations/{conversation_id}/timeline"
        for place in ("x", "-1", "1.5", "99999999999999999999", "2026-99-01T00:00:00Z", "0198c5f0"):
            calls: list[tuple[str, Query]] = [(path, {"before": place}), (path, {"after": place})]
            calls.append(("/v1/conversations", {"after": place}))
            for call, query in calls:
                with pytest.raises(ApiError) as refused:
                    await alice.api.request("GET", call, query=query)
                assert (place, 400, "malformed") == (place, refused.value.status, refused.value.code)

    @pytest.mark.parametrize("limit", ["0", "-1", "201", "x"])
    async def test_limit(self, alice: Person, limit: str) -> None:
        with pytest.raises(ApiError) as refused:
            await alice.api.request("GET", "/v1/conversations", query={"limit": limit})
        assert refused.value.status in {400, 422}
