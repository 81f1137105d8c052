"""Problems: their bodies, statuses and headers."""

import msgspec
import pytest

from api.faults import problem_of
from api.problems import STATUSES, TITLES, Problem, Refusal, rate_limited, unavailable
from schemas.reasons import Reason


def members(problem: Problem) -> dict[str, object]:
    return msgspec.json.decode(problem.body(), type=dict[str, object])


class TestProblem:
    def test_every_code_has_a_title(self) -> None:
        assert set(STATUSES) == set(TITLES)

    def test_body(self) -> None:
        expected = {
            "type": "about:blank",
            "title": TITLES["conflict"],
            "status": 409,
            "code": "conflict",
            "detail": "x",
        }
        assert expected == members(Problem("conflict", "x"))

    def test_extensions_stand_beside(self) -> None:
        assert "one" == members(Problem("malformed", extensions={"client_id": "one"}))["client_id"]

    @pytest.mark.parametrize(("seconds", "header"), [(0.01, "1"), (1.0, "1"), (1.01, "2"), (59.5, "60")])
    def test_retry_after_is_whole_seconds_upwards(self, seconds: float, header: str) -> None:
        assert header == rate_limited(seconds).headers["Retry-After"]

    def test_unavailable_says_when_to_come_back(self) -> None:
        assert "Retry-After" in unavailable("x").headers


class TestRefusal:
    @pytest.mark.parametrize(
        ("reason", "status"),
        [
            ("not-a-member", 403), ("not-an-admin", 403), ("not-the-author", 403), ("not-allowed", 403),
            ("blocked", 403), ("not-found", 404), ("unknown-user", 404), ("conflict", 409),
            ("already-a-member", 409), ("too-late", 422), ("too-many-members", 422), ("media-not-ready", 422),
            ("beyond-head", 422), ("empty", 422), ("too-long", 422), ("too-many", 422),
        ],
    )  # fmt: skip
    def test_status_by_reason(self, reason: Reason, status: int) -> None:
        problem = Refusal(reason, "", client_id="one", conversation_id=None)
        assert (status, reason, "one") == (problem.status, problem.code, members(problem)["client_id"])


class TestProblemOf:
    @pytest.mark.parametrize(
        "kind",
        ["missing", "extra_forbidden", "json_invalid", "string_type", "bool_type", "int_parsing", "int_from_float",
         "int_parsing_size", "model_attributes_type", "dict_type"],
    )  # fmt: skip
    def test_malformed_by_shape(self, kind: str) -> None:
        assert "malformed" == problem_of([{"loc": ("body", "x"), "type": kind, "msg": "m"}]).code

    @pytest.mark.parametrize("kind", ["string_too_short", "string_pattern_mismatch", "greater_than_equal"])
    def test_invalid_by_value(self, kind: str) -> None:
        assert "invalid" == problem_of([{"loc": ("body", "x"), "type": kind, "msg": "m"}]).code

    def test_shape_comes_before_values(self) -> None:
        errors = [
            {"loc": ("body", "x"), "type": "string_too_short", "msg": "short"},
            {"loc": ("body", "y"), "type": "missing", "msg": "gone"},
        ]
        problem = problem_of(errors)
        assert ("malformed", "body.y: gone") == (problem.code, problem.detail)

    def test_not_found_by_path(self) -> None:
        errors = [{"loc": ("path", "user_id"), "type": "string_pattern_mismatch", "msg": "m"}]
        assert "not-found" == problem_of(errors).code
