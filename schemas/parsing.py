"""Bytes of a client's frame to its value: the closed door before the log.

PROTOCOL: unknown fields are refused; U+0000 and lone surrogates are malformed anywhere in a frame.
"""

import json
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from schemas.frames import AnyClientFrame, SendMessage

ADDRESS = "either conversation_id or to_user_id is needed"

_decoder: msgspec.json.Decoder[AnyClientFrame] = msgspec.json.Decoder(AnyClientFrame)


class MalformedFrame(Exception):
    """The frame was not understood; `client_id` is the one it named, if it named a proper one."""

    def __init__(self, detail: str, client_id: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.client_id = client_id


class _Named(Struct):
    client_id: str | None = None


def parse(data: bytes) -> AnyClientFrame:
    """The frame in `data`. Raises MalformedFrame."""
    try:
        frame = _decoder.decode(data)
        if has_forbidden_text(data):
            raise MalformedFrame("U+0000 and lone surrogates are not allowed", _client_id(data))
    except (msgspec.DecodeError, UnicodeError, RecursionError) as broken:
        raise MalformedFrame(str(broken), _client_id(data)) from broken
    if isinstance(frame, SendMessage) and (frame.conversation_id is None) == (frame.to_user_id is None):
        raise MalformedFrame(ADDRESS, frame.client_id)
    return frame


def has_forbidden_text(data: bytes) -> bool:
    """Whether JSON has U+0000 or a lone surrogate in it anywhere, or is too deep to tell; False for what is no JSON."""
    if b"\\u" not in data:  # as themselves neither can stand in JSON
        return False
    try:
        return any("\0" in text or not _encodable(text) for text in _texts(json.loads(data)))
    except RecursionError:
        return True
    except ValueError:
        return False


def _client_id(data: bytes) -> str | None:
    try:
        name = msgspec.json.decode(data, type=_Named).client_id
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return name if name and len(name) <= 64 and "\0" not in name and _encodable(name) else None


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _texts(value: object) -> Iterator[str]:
    """Every string in a JSON value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
