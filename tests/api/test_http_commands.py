"""Commands and messages over HTTP: made, repeated, refused, malformed."""

from uuid import uuid4

import pytest

from tests.api.people import assert_problem, client, sign_up

TEXT = {"kind": "text", "text": "hello"}


def send(**changes: object) -> dict[str, object]:
    return {"type": "SendMessage", "client_id": str(uuid4()), "body": TEXT} | changes


class TestCreateCommand:
    def test_sent(self, api_url: str) -> None:
        with client(api_url) as http:
            alice, bob = sign_up(http), sign_up(http)
            answer = alice.send(bob.user_id, "hello", client_id="one")
        event = answer.json()
        assert answer.status_code == 201
        assert ("MessageSent", 1, "one") == (event["type"], event["seq"], event["client_id"])
        assert {alice.user_id, bob.user_id} == set(event["member_ids"])
        assert TEXT == event["body"]

    def test_repeated(self, api_url: str) -> None:
        with client(api_url) as http:
            alice, bob = sign_up(http), sign_up(http)
            first = alice.send(bob.user_id, "hello", client_id="one")
            again = alice.send(bob.user_id, "hello", client_id="one")
        assert (201, 200) == (first.status_code, again.status_code)
        assert first.json() == again.json()

    def test_refused_when_client_id_is_used_for_something_else(self, api_url: str) -> None:
        with client(api_url) as http:
            alice, bob = sign_up(http), sign_up(http)
            alice.send(bob.user_id, "hello", client_id="one")
            answer = alice.send(bob.user_id, "goodbye", client_id="one")
        assert_problem(answer, 409, "conflict")
        assert "one" == answer.json()["client_id"]

    def test_both_get_one_conversation(self, api_url: str) -> None:
        with client(api_url) as http:
            alice, bob = sign_up(http), sign_up(http)
            one = alice.send(bob.user_id, "hello").json()
            other = bob.send(alice.user_id, "hello").json()
        assert (one["conversation_id"], 1, 2) == (other["conversation_id"], one["seq"], other["seq"])

    @pytest.mark.parametrize(
        ("text", "status", "code"),
        [("", 422, "empty"), ("x" * 4097, 422, "too-long"), ("😀" * 4096, 201, None)],
    )
    def test_text_by_its_length(self, api_url: str, text: str, status: int, code: str | None) -> None:
        with client(api_url) as http:
            answer = sign_up(http).send(sign_up(http).user_id, text)
        assert (status, code) == (answer.status_code, answer.json().get("code"))

    def test_refused_when_the_user_is_unknown(self, api_url: str) -> None:
        with client(api_url) as http:
            assert_problem(sign_up(http).send(str(uuid4()), "hello"), 404, "unknown-user")

    def test_refused_to_oneself(self, api_url: str) -> None:
        with client(api_url) as http:
            alice = sign_up(http)
            assert_problem(alice.send(alice.user_id, "hello"), 403, "not-allowed")

    def test_refused_in_a_conversation_one_is_not_in(self, api_url: str) -> None:
        with client(api_url) as http:
            alice, bob, carol = sign_up(http), sign_up(http), sign_up(http)
            theirs = alice.send(bob.user_id, "hello").json()["conversation_id"]
            for conversation_id in (theirs, str(uuid4())):
                answer = carol.call("POST", "/v1/commands", json=send(conversation_id=conversation_id))
                assert_problem(answer, 403, "not-a-member")

    def test_refused_with_media_that_does_not_exist(self, api_url: str) -> None:
        body = {"kind": "media", "media_id": str(uuid4())}
        with client(api_url) as http:
            bob = sign_up(http)
            answer = sign_up(http).call("POST", "/v1/commands", json=send(to_user_id=bob.user_id, body=body))
        assert_problem(answer, 422, "media-not-ready")

    @pytest.mark.parametrize(
        "frame",
        [
            [],
            {},
            {"type": "Nonsense", "client_id": "x"},
            {"type": "Heartbeat"},
            {"type": "Hello", "ticket": "x"},
            send(),
            send(conversation_id=str(uuid4()), to_user_id=str(uuid4())),
            send(conversation_id="x"),
            send(conversation_id=f"{uuid4()}\n"),
            send(conversation_id=str(uuid4()).upper()),
            send(conversation_id=str(uuid4()), client_id=""),
            send(conversation_id=str(uuid4()), client_id="x" * 65),
            send(conversation_id=str(uuid4()), client_id=5),
            send(conversation_id=str(uuid4()), body=None),
            send(conversation_id=str(uuid4()), body={"kind": "text"}),
            send(conversation_id=str(uuid4()), body={"kind": "text", "text": "a\0b"}),
            send(conversation_id=str(uuid4()), body={"kind": "text", "text": "x", "size": 1}),
            send(conversation_id=str(uuid4()), body={"kind": "video", "text": "x"}),
            send(conversation_id=str(uuid4()), seq=1),
            send(conversation_id=str(uuid4()), mentions=[str(uuid4())] * 101),
        ],
        ids=range(20),
    )
    def test_malformed(self, api_url: str, frame: object) -> None:
        with client(api_url) as http:
            assert_problem(sign_up(http).call("POST", "/v1/commands", json=frame), 400, "malformed")

    def test_refused_without_a_token(self, api_url: str) -> None:
        with client(api_url) as http:
            assert_problem(http.post("/v1/commands", json=send(to_user_id=str(uuid4()))), 401, "unauthenticated")


class TestCreateMessage:
    def test_sent_and_repeated(self, api_url: str) -> None:
        message = {"client_id": "two", "body": TEXT}
        with client(api_url) as http:
            alice, bob = sign_up(http), sign_up(http)
            begun = alice.send(bob.user_id, "hello").json()
            path = f"/v1/conversations/{begun['conversation_id']}/messages"
            first, again = bob.call("POST", path, json=message), bob.call("POST", path, json=message)
        assert (201, 200) == (first.status_code, again.status_code)
        assert first.json() == again.json()
        assert first.json()["seq"] == 2

    def test_refused_when_not_a_member(self, api_url: str) -> None:
        path = f"/v1/conversations/{uuid4()}/messages"
        with client(api_url) as http:
            answer = sign_up(http).call("POST", path, json={"client_id": "x", "body": TEXT})
        assert_problem(answer, 403, "not-a-member")

    def test_not_found_when_it_is_no_id(self, api_url: str) -> None:
        with client(api_url) as http:
            answer = sign_up(http).call("POST", "/v1/conversations/x/messages", json={"client_id": "x", "body": TEXT})
        assert_problem(answer, 404, "not-found")

    @pytest.mark.parametrize(
        "message",
        [[], {}, {"client_id": "x"}, {"body": TEXT}, {"client_id": "x", "body": TEXT, "type": "SendMessage"}],
        ids=range(5),
    )
    def test_malformed(self, api_url: str, message: object) -> None:
        path = f"/v1/conversations/{uuid4()}/messages"
        with client(api_url) as http:
            assert_problem(sign_up(http).call("POST", path, json=message), 400, "malformed")
