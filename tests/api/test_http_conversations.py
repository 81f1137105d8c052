"""The list of conversations, one of them, and timelines by seq, by message and by time."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from tests.api.people import Device, assert_problem, client, eventually, sign_up

MESSAGES = 7

NOBODY = "5b1f3a52-8c1e-4c55-9d0a-6f2f4a1d7c3e"


@dataclass(frozen=True)
class Talk:
    """Two people who have written MESSAGES messages in turn, Alice first, and a stranger."""

    alice: Device
    bob: Device
    stranger: Device
    conversation_id: str
    events: list[dict[str, object]]

    def page(self, query: str, who: Device | None = None) -> httpx.Response:
        return (who or self.alice).call("GET", f"/v1/conversations/{self.conversation_id}/timeline{query}")

    def seqs(self, query: str) -> tuple[list[int], bool]:
        page = self.page(query).json()
        return [event["seq"] for event in page["events"]], page["has_more"]


@pytest.fixture(scope="module")
def talk(api_url: str) -> Iterator[Talk]:
    with client(api_url) as http:
        yield _talk(http)


def _talk(http: httpx.Client) -> Talk:
    alice, bob, stranger = sign_up(http, "alice"), sign_up(http, "bob"), sign_up(http, "stranger")
    answers = []
    for number in range(MESSAGES):
        author, other = (alice, bob) if number % 2 == 0 else (bob, alice)
        answers.append(author.send(other.user_id, f"message {number}"))
    assert [201] * MESSAGES == [answer.status_code for answer in answers], answers[-1].text
    conversation_id = answers[0].json()["conversation_id"]
    made = Talk(alice, bob, stranger, conversation_id, [answer.json() for answer in answers])
    eventually(lambda: made.page(""), _is_whole)
    return made


def _is_whole(answer: httpx.Response) -> bool:
    return answer.status_code == 200 and len(answer.json()["events"]) == MESSAGES


class TestListConversations:
    def test_listed(self, talk: Talk) -> None:
        (one,) = talk.alice.call("GET", "/v1/conversations").json()["conversations"]
        assert talk.conversation_id == one["conversation_id"]
        assert ("direct", None, MESSAGES, "member") == (
            one["kind"],
            one["name"],
            one["head_seq"],
            one["role"],
        )
        assert {talk.alice.user_id, talk.bob.user_id} == set(one["members"])
        assert one["head_message"]["message_id"] == talk.events[-1]["message_id"]

    def test_unread_by_the_one_who_did_not_write_last(self, talk: Talk) -> None:
        (one,) = talk.bob.call("GET", "/v1/conversations").json()["conversations"]
        assert (MESSAGES - 1, 1) == (one["read_seq"], one["unread"])

    def test_paged(self, api_url: str) -> None:
        with client(api_url) as http:
            alice = sign_up(http)
            begun = [alice.send(sign_up(http).user_id, "hello").json()["conversation_id"] for _ in range(3)]
            path = "/v1/conversations?limit=2"
            first = eventually(lambda: alice.call("GET", path).json(), lambda page: page["next"] is not None)
            second = alice.call("GET", f"{path}&after={first['next']}").json()
        ids = [one["conversation_id"] for page in (first, second) for one in page["conversations"]]
        assert begun[::-1] == ids
        assert second["next"] is None

    def test_empty(self, talk: Talk) -> None:
        assert {"conversations": [], "next": None} == talk.stranger.call("GET", "/v1/conversations").json()

    @pytest.mark.parametrize("query", ["?after=x", "?after=%00", "?after=", "?limit=x", "?limit=", "?limit=1.5"])
    def test_malformed(self, talk: Talk, query: str) -> None:
        assert_problem(talk.alice.call("GET", f"/v1/conversations{query}"), 400, "malformed")

    @pytest.mark.parametrize("limit", [0, -1, 201])
    def test_invalid_limit(self, talk: Talk, limit: int) -> None:
        assert_problem(talk.alice.call("GET", f"/v1/conversations?limit={limit}"), 422, "invalid")


class TestGetConversation:
    def test_shown(self, talk: Talk) -> None:
        one = talk.alice.call("GET", f"/v1/conversations/{talk.conversation_id}").json()
        members = {member["user_id"]: member for member in one["members"]}
        assert one["settings"] is None
        assert members[talk.alice.user_id]["read_seq"] == MESSAGES
        assert {"user_id", "role", "joined_seq", "delivered_seq", "read_seq"} == set(members[talk.bob.user_id])

    def test_watermarks_up_to_ones_own_last_message(self, talk: Talk) -> None:
        one = talk.alice.call("GET", f"/v1/conversations/{talk.conversation_id}").json()
        bob = next(member for member in one["members"] if member["user_id"] == talk.bob.user_id)
        # Bob wrote seq 6, so he has read that far; the last of Alice's below it is 5.
        assert (MESSAGES - 2, MESSAGES - 2) == (bob["delivered_seq"], bob["read_seq"])

    def test_not_found_by_a_stranger(self, talk: Talk) -> None:
        path = f"/v1/conversations/{talk.conversation_id}"
        assert_problem(talk.stranger.call("GET", path), 404, "not-found")
        assert_problem(talk.stranger.call("GET", f"{path}/timeline"), 404, "not-found")

    @pytest.mark.parametrize("conversation_id", [NOBODY, "x", "%00", NOBODY.upper()])
    def test_not_found(self, talk: Talk, conversation_id: str) -> None:
        assert_problem(talk.alice.call("GET", f"/v1/conversations/{conversation_id}"), 404, "not-found")


class TestTimeline:
    @pytest.mark.parametrize(
        ("query", "seqs", "has_more"),
        [
            ("", [1, 2, 3, 4, 5, 6, 7], False),
            ("?limit=2", [6, 7], True),
            ("?before=6&limit=2", [4, 5], True),
            ("?before=3", [1, 2], False),
            ("?before=1", [], False),
            ("?before=0", [], False),
            ("?before=9223372036854775807&limit=1", [7], True),
            ("?after=0&limit=2", [1, 2], True),
            ("?after=5", [6, 7], False),
            ("?after=7", [], False),
            ("?after=9223372036854775807", [], False),
        ],
    )
    def test_by_seq(self, talk: Talk, query: str, seqs: list[int], *, has_more: bool) -> None:
        assert (seqs, has_more) == talk.seqs(query)

    def test_by_message(self, talk: Talk) -> None:
        third = talk.events[2]["message_id"]
        assert ([1, 2], False) == talk.seqs(f"?before={third}")
        assert ([4, 5, 6, 7], False) == talk.seqs(f"?after={third}")

    def test_by_time(self, talk: Talk) -> None:
        third = talk.events[2]["at"]
        earlier = [event["seq"] for event in talk.events if str(event["at"]) < str(third)]
        later = [event["seq"] for event in talk.events if str(event["at"]) > str(third)]
        assert (earlier, False) == talk.seqs(f"?before={third}")
        assert (later, False) == talk.seqs(f"?after={third}")

    @pytest.mark.parametrize(
        ("query", "is_all"),
        [
            ("?before=2000-01-01T00:00:00Z", False),
            ("?after=2000-01-01T00:00:00.123456-07:00", True),
            ("?before=9999-12-31T23:59:59Z", True),
            ("?after=0001-01-01T00:00:00%2B23:59", True),
        ],
    )
    def test_by_far_time(self, talk: Talk, query: str, *, is_all: bool) -> None:
        assert MESSAGES * is_all == len(talk.seqs(query)[0])

    def test_shows_what_became_of_it(self, talk: Talk) -> None:
        first, *_ = talk.page("").json()["events"]
        assert {"kind": "text", "text": "message 0"} == first["body"]
        assert (None, False, []) == (first["edited_at"], first["is_deleted"], first["reactions"])
        assert first["sent_at"] == first["at"]

    def test_client_id_only_for_its_author(self, talk: Talk) -> None:
        first, *_ = talk.page("").json()["events"]
        same, *_ = talk.page("", talk.bob).json()["events"]
        assert talk.events[0]["client_id"] == first["client_id"]
        assert "client_id" not in same

    @pytest.mark.parametrize(
        "query",
        [
            "?before=x", "?before=", "?before=-1", "?before=1.5", "?before=%00", "?after=99999999999999999999",
            "?before=1&after=2", "?limit=x", "?after=2026-13-01T00:00:00Z", "?after=2026-01-01", "?after=%D9%A1",
            "?after=2026-01-01T00:00:00",
        ],
    )  # fmt: skip
    def test_malformed(self, talk: Talk, query: str) -> None:
        assert_problem(talk.page(query), 400, "malformed")

    @pytest.mark.parametrize("limit", [0, 201, -5])
    def test_invalid_limit(self, talk: Talk, limit: int) -> None:
        assert_problem(talk.page(f"?limit={limit}"), 422, "invalid")

    def test_not_found_before_an_unknown_message(self, talk: Talk) -> None:
        assert_problem(talk.page(f"?before={uuid4()}"), 404, "not-found")
