"""Problems: every error is `application/problem+json` (RFC 9457) with a stable `code`."""

from collections.abc import Mapping

import msgspec
from fastapi import Response

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 1

STATUSES: Mapping[str, int] = {
    "malformed": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "conflict": 409,
    "too-large": 413,
    "unsupported-media-type": 415,
    "invalid": 422,
    "media-not-ready": 422,
    "rate-limited": 429,
    "internal": 500,
    "unavailable": 503,
}
TITLES: Mapping[str, str] = {
    "malformed": "The request was not understood",
    "unauthenticated": "No valid token or password was given",
    "forbidden": "This is not allowed",
    "not-found": "There is no such thing, or it is not yours to know of",
    "method-not-allowed": "This address does not know this method",
    "conflict": "This is in conflict with what is there already",
    "too-large": "The request is too large",
    "unsupported-media-type": "Bodies are application/json",
    "invalid": "The request was understood, but a value in it is not allowed",
    "media-not-ready": "There is no such media of yours that is ready",
    "rate-limited": "Too many requests",
    "internal": "A fault on our side",
    "unavailable": "Not available for the moment; try again",
}
_FORBIDDEN_REASONS = ("not-a-member", "not-an-admin", "not-the-author", "not-allowed", "blocked")
_REFUSALS: Mapping[str, int] = {
    **dict.fromkeys(_FORBIDDEN_REASONS, 403),
    **dict.fromkeys(("not-found", "unknown-user"), 404),
    **dict.fromkeys(("conflict", "already-a-member"), 409),
}


class Problem(Exception):
    """An error answer on its way up to the client; `extensions` are members of its own in the body."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        retry_after_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.status = STATUSES[code]
        self.title = TITLES[code]
        self.headers = dict(headers or {})
        self.extensions = dict(extensions or {})
        if retry_after_seconds is not None:
            self.headers["Retry-After"] = str(max(1, -int(-retry_after_seconds // 1)))

    def body(self) -> bytes:
        members: dict[str, object] = {"type": "about:blank", "title": self.title, "status": self.status}
        members["code"] = self.code
        if self.detail:
            members["detail"] = self.detail
        return msgspec.json.encode(members | self.extensions)

    def response(self) -> Response:
        return Response(self.body(), self.status, self.headers, MEDIA_TYPE)


class Refusal(Problem):
    """A command's "no": `code` is its reason (PROTOCOL, section 2)."""

    def __init__(self, reason: str, detail: str, *, client_id: str | None, conversation_id: str | None) -> None:
        extensions = {"client_id": client_id, "conversation_id": conversation_id}
        super().__init__("invalid", detail, extensions=extensions)
        self.code = reason
        self.status = _REFUSALS.get(reason, 422)
        self.title = "The command was refused"


def unauthenticated(detail: str) -> Problem:
    return Problem("unauthenticated", detail, headers={"WWW-Authenticate": "Bearer"})


def unavailable(detail: str) -> Problem:
    return Problem("unavailable", detail, retry_after_seconds=RETRY_SECONDS)


def rate_limited(wait_seconds: float) -> Problem:
    return Problem("rate-limited", retry_after_seconds=wait_seconds)
