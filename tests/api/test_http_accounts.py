"""Signing up."""

import pytest

from tests.api.people import PASSWORD, assert_problem, client, new_handle


def account(**changes: object) -> dict[str, object]:
    return {"handle": new_handle(), "display_name": "Some One", "password": PASSWORD} | changes


class TestCreateAccount:
    def test_created(self, api_url: str) -> None:
        wanted = account(display_name="Ünï 😀")
        with client(api_url) as http:
            answer = http.post("/v1/accounts", json=wanted)
        assert answer.status_code == 201
        assert answer.json() == {
            "user_id": answer.json()["user_id"],
            "handle": wanted["handle"],
            "display_name": "Ünï 😀",
        }

    def test_refused_when_handle_is_taken(self, api_url: str) -> None:
        wanted = account()
        with client(api_url) as http:
            http.post("/v1/accounts", json=wanted)
            assert_problem(http.post("/v1/accounts", json=wanted), 409, "conflict")

    @pytest.mark.parametrize(
        "changes",
        [
            {"handle": "ab"},
            {"handle": "a" * 33},
            {"handle": "Alice"},
            {"handle": "al ice"},
            {"handle": "alice\n"},
            {"handle": "älice"},
            {"password": "123456789"},
            {"display_name": ""},
            {"display_name": "x" * 101},
        ],
    )
    def test_invalid(self, api_url: str, changes: dict[str, object]) -> None:
        with client(api_url) as http:
            assert_problem(http.post("/v1/accounts", json=account(**changes)), 422, "invalid")

    @pytest.mark.parametrize(
        "changes",
        [
            {"handle": 12345},
            {"handle": None},
            {"password": ["0123456789"]},
            {"display_name": {"first": "x"}},
            {"is_admin": True},
            {"display_name": "a\0b"},
        ],
    )
    def test_malformed(self, api_url: str, changes: dict[str, object]) -> None:
        with client(api_url) as http:
            assert_problem(http.post("/v1/accounts", json=account(**changes)), 400, "malformed")

    def test_malformed_when_a_field_is_missing(self, api_url: str) -> None:
        wanted = account()
        del wanted["password"]
        with client(api_url) as http:
            assert_problem(http.post("/v1/accounts", json=wanted), 400, "malformed")

    def test_password_is_not_echoed(self, api_url: str) -> None:
        with client(api_url) as http:
            answer = http.post("/v1/accounts", json=account(password="hunter2"))
        assert "hunter2" not in answer.text
