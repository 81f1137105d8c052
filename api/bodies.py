"""The door for bodies: their size, their type, and text that nobody may send, before any route sees them."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem
from schemas.parsing import has_forbidden_text

BODY_BYTES_MAX = 65_536


class BodyGate:
    """ASGI middleware: reads the whole body, and passes it on as one message."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("POST", "PUT", "PATCH"):
            await self._app(scope, receive, send)
            return
        try:
            body = await _admitted(scope, receive)
        except Problem as problem:
            await problem.response()(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replay(body, receive), send)


async def _admitted(scope: Scope, receive: Receive) -> bytes | None:
    """The body, None if the client went away. Raises Problem."""
    headers: Mapping[bytes, bytes] = dict(scope["headers"])
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > BODY_BYTES_MAX:
        raise Problem("too-large", f"at most {BODY_BYTES_MAX} bytes")
    body = await _read(receive)
    if body and not _is_json(headers.get(b"content-type", b"")):
        raise Problem("unsupported-media-type")
    if body and (b"\0" in body or has_forbidden_text(body)):  # a NUL also gives away UTF-16 and UTF-32
        raise Problem("malformed", "U+0000 and lone surrogates are not allowed")
    return body


async def _read(receive: Receive) -> bytes | None:
    pieces, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > BODY_BYTES_MAX:
            raise Problem("too-large", f"at most {BODY_BYTES_MAX} bytes")
        if not message.get("more_body", False):
            return b"".join(pieces)


def _is_json(content_type: bytes) -> bool:
    return content_type.partition(b";")[0].strip().lower() == b"application/json"


def _replay(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed
