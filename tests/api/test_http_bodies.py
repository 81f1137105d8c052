"""Bodies and addresses that are no good, on any route."""

import pytest

from tests.api.people import assert_problem, client

JSON = {"content-type": "application/json"}


class TestBody:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b'"text"',
            b"\xff\xfe",
            b'{"handle": "\xff"}',
            '{"handle": "someone", "display_name": "x", "password": "0123456789"}'.encode("utf-16"),
            b'{"handle":"someone","display_name":"\\ud800","password":"0123456789"}',
            b'{"handle":"someone","display_name":"\\u0000","password":"0123456789"}',
            b'{"\\u0000":1}',
            b"[" * 60_000,
            b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        ],
        ids=range(13),
    )
    def test_malformed(self, api_url: str, body: bytes) -> None:
        with client(api_url) as http:
            assert_problem(http.post("/v1/accounts", content=body, headers=JSON), 400, "malformed")

    @pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
    def test_unsupported_media_type(self, api_url: str, content_type: str) -> None:
        with client(api_url) as http:
            answer = http.post("/v1/accounts", content=b"{}", headers={"content-type": content_type})
        assert_problem(answer, 415, "unsupported-media-type")

    def test_charset_is_allowed(self, api_url: str) -> None:
        headers = {"content-type": "application/json; charset=utf-8"}
        with client(api_url) as http:
            assert_problem(http.post("/v1/accounts", content=b"{}", headers=headers), 400, "malformed")

    def test_too_large_when_announced(self, api_url: str) -> None:
        with client(api_url) as http:
            assert_problem(http.post("/v1/accounts", content=b" " * 65_537, headers=JSON), 413, "too-large")

    def test_too_large_in_pieces(self, api_url: str) -> None:
        pieces = (b" " * 20_000 for _ in range(4))
        with client(api_url) as http:
            assert_problem(http.post("/v1/accounts", content=pieces, headers=JSON), 413, "too-large")

    def test_the_largest_is_read(self, api_url: str) -> None:
        with client(api_url) as http:
            assert_problem(http.post("/v1/accounts", content=b" " * 65_534 + b"{}", headers=JSON), 400, "malformed")


class TestAddress:
    @pytest.mark.parametrize("path", ["/v1/nothing", "/nothing", "/v1/accounts/", "/v1/users/me/nothing"])
    def test_unknown(self, api_url: str, path: str) -> None:
        with client(api_url) as http:
            assert_problem(http.get(path), 404, "not-found")

    def test_wrong_method(self, api_url: str) -> None:
        with client(api_url) as http:
            answer = http.delete("/v1/accounts")
        assert_problem(answer, 405, "method-not-allowed")
        assert answer.headers["allow"] == "POST"
