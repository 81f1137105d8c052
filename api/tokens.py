"""Access and refresh tokens: JWTs under a key of their own, told apart by their audience.

An access token is good for minutes, and only while its device is signed in. A refresh token is good once; the
store keeps its hash (infra/stores/devices.py), and its signature says that one without a row was real before.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

import jwt
from jwt.types import Options

ALGORITHM = "HS256"
ACCESS, REFRESH = "access", "refresh"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whose device an access token is for."""

    user_id: str
    device_id: str


class Tokens:
    def __init__(self, secret: bytes, *, access_seconds: int, refresh_seconds: int) -> None:
        self._key = hmac.digest(secret, b"access and refresh tokens", "sha256")
        self.access_seconds = access_seconds
        self._refresh_seconds = refresh_seconds

    def access(self, bearer: Bearer, now: int) -> str:
        return self._sign(ACCESS, bearer.device_id, now + self.access_seconds, {"sub": bearer.user_id, "iat": now})

    def refresh(self, device_id: str, now: int) -> str:
        return self._sign(REFRESH, device_id, now + self._refresh_seconds, {"jti": secrets.token_urlsafe(16)})

    def read_access(self, token: str) -> Bearer | None:
        """Whom the token is for, None unless the house signed it and it has not expired."""
        claims = self._read(token, ACCESS, "sub")
        return None if claims is None else Bearer(claims["sub"], claims["did"])

    def read_refresh(self, token: str) -> str | None:
        """The device that the token is for, None unless the house signed it and it has not expired."""
        claims = self._read(token, REFRESH, "jti")
        return None if claims is None else claims["did"]

    def _sign(self, audience: str, device_id: str, expires: int, claims: dict[str, str | int]) -> str:
        return jwt.encode({"aud": audience, "did": device_id, "exp": expires, **claims}, self._key, ALGORITHM)

    def _read(self, token: str, audience: str, *required: str) -> dict[str, str] | None:
        needed: Options = {"require": ["exp", "aud", "did", *required]}
        try:
            return jwt.decode(token, self._key, [ALGORITHM], needed, audience=audience)
        except (jwt.InvalidTokenError, ValueError):
            return None


def hashed(token: str) -> bytes:
    """What the store keeps of a refresh token."""
    return hashlib.sha256(token.encode()).digest()
