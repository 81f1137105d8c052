"""Signing in, tokens, and refreshing them."""

import base64

import pytest

from tests.api.people import PASSWORD, assert_problem, client, eventually, new_handle, sign_in, sign_up

GRACE_SECONDS = 10


class TestCreateSession:
    def test_created(self, api_url: str) -> None:
        with client(api_url) as http:
            alice = sign_up(http, "alice")
            assert alice.call("GET", "/v1/users/me").json()["user_id"] == alice.user_id

    def test_refused_when_password_is_wrong(self, api_url: str) -> None:
        with client(api_url) as http:
            wanted = {"handle": sign_up(http).handle, "password": PASSWORD + "!", "device_name": "x"}
            assert_problem(http.post("/v1/sessions", json=wanted), 401, "unauthenticated")

    def test_refused_when_handle_is_unknown(self, api_url: str) -> None:
        wanted = {"handle": new_handle(), "password": PASSWORD, "device_name": "x"}
        with client(api_url) as http:
            assert_problem(http.post("/v1/sessions", json=wanted), 401, "unauthenticated")

    def test_invalid_without_a_device_name(self, api_url: str) -> None:
        wanted = {"handle": new_handle(), "password": PASSWORD, "device_name": ""}
        with client(api_url) as http:
            assert_problem(http.post("/v1/sessions", json=wanted), 422, "invalid")


class TestAccessToken:
    def test_refused_when_missing(self, api_url: str) -> None:
        with client(api_url) as http:
            answer = http.get("/v1/users/me")
        assert_problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Basic YTpi", "Bearer a.b.c", "Bearer " + "x" * 4000])
    def test_refused_when_it_is_none(self, api_url: str, header: str) -> None:
        with client(api_url) as http:
            answer = http.get("/v1/users/me", headers={"Authorization": header})
        assert_problem(answer, 401, "unauthenticated")

    def test_refused_when_altered_or_of_another_kind(self, api_url: str) -> None:
        none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
        with client(api_url) as http:
            alice, bob = sign_up(http), sign_up(http)
            head, claims, _ = alice.access_token.split(".")
            others = bob.access_token.split(".")[1]
            signature = alice.access_token.split(".")[2]
            bad = [f"{none}.{claims}.", f"{head}.{others}.{signature}", alice.refresh_token]
            for token in bad:
                answer = http.get("/v1/users/me", headers={"Authorization": f"Bearer {token}"})
                assert_problem(answer, 401, "unauthenticated")


class TestRefreshSession:
    def test_refreshed(self, api_url: str) -> None:
        with client(api_url) as http:
            alice = sign_up(http)
            answer = http.post("/v1/sessions/refresh", json={"refresh_token": alice.refresh_token})
            session = answer.json()
            headers = {"Authorization": f"Bearer {session['access_token']}"}
            assert answer.status_code == 200
            assert session["device_id"] == alice.device_id
            assert session["refresh_token"] != alice.refresh_token
            assert http.get("/v1/users/me", headers=headers).status_code == 200

    def test_an_old_token_works_within_the_grace(self, api_url: str) -> None:
        with client(api_url) as http:
            alice = sign_up(http)
            first = http.post("/v1/sessions/refresh", json={"refresh_token": alice.refresh_token})
            second = http.post("/v1/sessions/refresh", json={"refresh_token": alice.refresh_token})
            successors = [answer.json()["refresh_token"] for answer in (first, second)]
            again = [http.post("/v1/sessions/refresh", json={"refresh_token": one}) for one in successors]
        assert [200, 200] == [answer.status_code for answer in again]

    def test_an_old_token_revokes_the_device_later(self, api_url: str) -> None:
        with client(api_url) as http:
            alice = sign_up(http)
            newest = http.post("/v1/sessions/refresh", json={"refresh_token": alice.refresh_token}).json()
            eventually(
                lambda: http.post("/v1/sessions/refresh", json={"refresh_token": alice.refresh_token}).status_code,
                lambda status: status == 401,
                seconds=GRACE_SECONDS + 5,
            )
            answer = http.post("/v1/sessions/refresh", json={"refresh_token": newest["refresh_token"]})
            assert_problem(answer, 401, "unauthenticated")
            assert_problem(alice.call("GET", "/v1/users/me"), 401, "unauthenticated")

    @pytest.mark.parametrize("token", ["", "x", "a.b.c"])
    def test_refused_when_it_is_none(self, api_url: str, token: str) -> None:
        with client(api_url) as http:
            answer = http.post("/v1/sessions/refresh", json={"refresh_token": token})
        assert_problem(answer, 401, "unauthenticated")

    def test_refused_when_it_is_an_access_token(self, api_url: str) -> None:
        with client(api_url) as http:
            alice = sign_up(http)
            answer = http.post("/v1/sessions/refresh", json={"refresh_token": alice.access_token})
            assert_problem(answer, 401, "unauthenticated")
            assert sign_in(http, alice.handle).user_id == alice.user_id
