"""Profiles, the front page, health, and the document of all calls."""

from uuid import uuid4

import pytest

from tests.api.people import assert_problem, client, new_handle, sign_up

NOBODY = "5b1f3a52-8c1e-4c55-9d0a-6f2f4a1d7c3e"


class TestUsers:
    def test_found(self, api_url: str) -> None:
        with client(api_url) as http:
            alice, bob = sign_up(http, "alice"), sign_up(http, "bob")
            profile = {"user_id": bob.user_id, "handle": bob.handle, "display_name": "Bob", "avatar_media_id": None}
            assert profile == alice.call("GET", f"/v1/users/{bob.user_id}").json()
            assert {"users": [profile]} == alice.call("GET", f"/v1/users?handle={bob.handle}").json()
            ids = f"{alice.user_id},{bob.user_id},{uuid4()}"
            found = alice.call("GET", f"/v1/users?ids={ids}").json()["users"]
            assert {alice.user_id, bob.user_id} == {one["user_id"] for one in found}

    def test_nobody_with_that_handle(self, api_url: str) -> None:
        with client(api_url) as http:
            assert {"users": []} == sign_up(http).call("GET", f"/v1/users?handle={new_handle()}").json()

    @pytest.mark.parametrize("user_id", [NOBODY, "x", NOBODY.upper(), f"{NOBODY}%0A", "%00"])
    def test_not_found(self, api_url: str, user_id: str) -> None:
        with client(api_url) as http:
            assert_problem(sign_up(http).call("GET", f"/v1/users/{user_id}"), 404, "not-found")

    @pytest.mark.parametrize("query", ["", "?ids=", "?ids=x", "?handle=%00", f"?handle=abc&ids={NOBODY}"])
    def test_malformed(self, api_url: str, query: str) -> None:
        with client(api_url) as http:
            assert_problem(sign_up(http).call("GET", f"/v1/users{query}"), 400, "malformed")

    def test_invalid_when_too_many(self, api_url: str) -> None:
        ids = ",".join(str(uuid4()) for _ in range(201))
        with client(api_url) as http:
            assert_problem(sign_up(http).call("GET", f"/v1/users?ids={ids}"), 422, "invalid")

    def test_renamed(self, api_url: str) -> None:
        with client(api_url) as http:
            alice = sign_up(http)
            changed = alice.call("PATCH", "/v1/users/me", json={"display_name": "Alice II"})
            assert changed.json() == alice.call("GET", "/v1/users/me").json()
            assert changed.json()["display_name"] == "Alice II"

    def test_privacy(self, api_url: str) -> None:
        with client(api_url) as http:
            alice = sign_up(http)
            me = alice.call("GET", "/v1/users/me").json()
            assert (True, "everyone") == (me["read_receipts"], me["last_seen_visibility"])
            change = {"read_receipts": False, "last_seen_visibility": "contacts"}
            changed = alice.call("PATCH", "/v1/users/me", json=change).json()
            assert me | change == changed == alice.call("GET", "/v1/users/me").json()
            assert "read_receipts" not in sign_up(http).call("GET", f"/v1/users/{alice.user_id}").json()

    def test_nothing_changed(self, api_url: str) -> None:
        with client(api_url) as http:
            alice = sign_up(http)
            assert alice.call("GET", "/v1/users/me").json() == alice.call("PATCH", "/v1/users/me", json={}).json()

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"display_name": ""}, 422, "invalid"),
            ({"display_name": None}, 400, "malformed"),
            ({"handle": "other"}, 400, "malformed"),
            ({"read_receipts": None}, 400, "malformed"),
            ({"read_receipts": "no"}, 400, "malformed"),
            ({"last_seen_visibility": "friends"}, 422, "invalid"),
        ],
    )
    def test_change_refused(self, api_url: str, change: dict[str, object], status: int, code: str) -> None:
        with client(api_url) as http:
            assert_problem(sign_up(http).call("PATCH", "/v1/users/me", json=change), status, code)


class TestPresence:
    def test_never_online(self, api_url: str) -> None:
        with client(api_url) as http:
            bob = sign_up(http)
            expected = {"user_id": bob.user_id, "is_online": False, "last_seen_at": None}
            assert expected == sign_up(http).call("GET", f"/v1/users/{bob.user_id}/presence").json()

    def test_hidden(self, api_url: str) -> None:
        with client(api_url) as http:
            bob = sign_up(http)
            bob.call("PATCH", "/v1/users/me", json={"last_seen_visibility": "nobody"})
            expected = {"user_id": bob.user_id, "is_online": None, "last_seen_at": None}
            assert expected == sign_up(http).call("GET", f"/v1/users/{bob.user_id}/presence").json()

    def test_of_nobody(self, api_url: str) -> None:
        with client(api_url) as http:
            assert_problem(sign_up(http).call("GET", f"/v1/users/{uuid4()}/presence"), 404, "not-found")


class TestOpenCalls:
    @pytest.mark.parametrize("path", ["/healthz", "/readyz"])
    def test_healthy(self, api_url: str, path: str) -> None:
        with client(api_url) as http:
            assert "ok" == http.get(path).json()["status"]

    def test_front_page(self, api_url: str) -> None:
        with client(api_url) as http:
            answer = http.get("/")
        assert "Backchannel" in answer.text
        assert answer.headers["content-type"].startswith("text/html")

    def test_openapi_names_all_calls(self, api_url: str) -> None:
        with client(api_url) as http:
            document = http.get("/v1/openapi.json").json()
        assert "/v1/conversations/{conversation_id}/timeline" in document["paths"]
        references = {text for text in _strings(document) if text.startswith("#/")}
        assert references == {f"#/components/schemas/{name}" for name in document["components"]["schemas"]} & references


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _strings(inner)]
    return [value] if isinstance(value, str) else []
