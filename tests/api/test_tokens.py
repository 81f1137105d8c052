"""Tokens: each is good for its own purpose, until it expires, under its own secret."""

import time

from api.tokens import Bearer, Tokens, hashed

BEARER = Bearer("6d02359f-be54-44cc-a4b3-6c0c4082c7ad", "ebd6de74-082c-48cd-8e18-a9a9684c20b5")
NOW = int(time.time())


def tokens(secret: bytes = b"secret") -> Tokens:
    return Tokens(secret, access_seconds=900, refresh_seconds=86_400)


class TestAccess:
    def test_read(self) -> None:
        assert BEARER == tokens().read_access(tokens().access(BEARER, NOW))

    def test_none_when_expired(self) -> None:
        assert tokens().read_access(tokens().access(BEARER, NOW - 901)) is None

    def test_none_under_another_secret(self) -> None:
        assert tokens(b"other").read_access(tokens().access(BEARER, NOW)) is None

    def test_none_when_it_is_a_refresh_token(self) -> None:
        assert tokens().read_access(tokens().refresh(BEARER.device_id, NOW)) is None


class TestRefresh:
    def test_read(self) -> None:
        assert BEARER.device_id == tokens().read_refresh(tokens().refresh(BEARER.device_id, NOW))

    def test_none_when_expired(self) -> None:
        assert tokens().read_refresh(tokens().refresh(BEARER.device_id, NOW - 86_401)) is None

    def test_none_when_it_is_an_access_token(self) -> None:
        assert tokens().read_refresh(tokens().access(BEARER, NOW)) is None

    def test_no_two_are_equal(self) -> None:
        one, other = (tokens().refresh(BEARER.device_id, NOW) for _ in range(2))
        assert hashed(one) != hashed(other)
