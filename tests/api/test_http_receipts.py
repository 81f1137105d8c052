"""Message info over HTTP: its shape, and whom it is refused."""

from collections.abc import Mapping
from uuid import uuid4

import httpx
import pytest

from api.routes.receipts import effective_seq
from infra.stores.timeline import TimelineRow
from tests.api.people import assert_problem, client, eventually, sign_up
from tests.builders import CONVERSATION, START_MS


class TestEffectiveSeq:
    @pytest.mark.parametrize(("edits", "expected"), [({}, 7), ({9: b""}, 9), ({9: b"", 12: b"", 10: b""}, 12)])
    def test_its_own_or_that_of_the_last_edit(self, edits: Mapping[int, bytes], expected: int) -> None:
        row = TimelineRow(CONVERSATION, 7, START_MS, 0, b"", edits=edits)
        assert expected == effective_seq(row)


class TestGetReceipts:
    def test_shown_to_the_author_alone(self, api_url: str) -> None:
        with client(api_url) as http:
            alice, bob, stranger = sign_up(http, "alice"), sign_up(http, "bob"), sign_up(http, "stranger")
            sent = alice.send(bob.user_id, "hello").json()
            path = f"/v1/conversations/{sent['conversation_id']}/messages/{sent['message_id']}/receipts"
            answer = eventually(lambda: alice.call("GET", path), _is_shown)
            expected = {"members": [{"user_id": bob.user_id, "delivered_at": None, "read_at": None}]}
            assert expected == answer.json()
            assert_problem(eventually(lambda: bob.call("GET", path), _is_known), 403, "forbidden")
            assert_problem(stranger.call("GET", path), 404, "not-found")
            assert_problem(http.get(path), 401, "unauthenticated")
            assert_problem(alice.call("GET", path.replace(sent["message_id"], str(uuid4()))), 404, "not-found")

    def test_times_have_milliseconds(self, api_url: str) -> None:
        with client(api_url) as http:
            alice, bob = sign_up(http, "alice"), sign_up(http, "bob")
            sent = alice.send(bob.user_id, "hello").json()
            answer = bob.send(alice.user_id, "read").json()
            path = f"/v1/conversations/{sent['conversation_id']}/messages/{sent['message_id']}/receipts"
            info = eventually(lambda: alice.call("GET", path), _is_read).json()
            expected = {"user_id": bob.user_id, "delivered_at": answer["at"], "read_at": answer["at"]}
            assert [expected] == info["members"]


def _is_shown(answer: httpx.Response) -> bool:
    return answer.status_code == 200


def _is_known(answer: httpx.Response) -> bool:
    return answer.status_code != 404


def _is_read(answer: httpx.Response) -> bool:
    return _is_shown(answer) and answer.json()["members"][0]["read_at"] is not None
