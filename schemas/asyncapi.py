"""The AsyncAPI 3 document of the socket, made from the types of its frames: all frames, both ways, and the close codes.

`python -m schemas.export docs` writes it, the API serves it, and the tests hold every frame that they see to it.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

import msgspec
from msgspec import Struct

from schemas import frames
from schemas.close_codes import CLOSE_CODES, RECONNECT_CODES
from schemas.finished import components

Json = dict[str, Any]  # a piece of the document

CLIENT_FRAMES: tuple[type[Struct], ...] = get_args(frames.AnyClientFrame)
SERVER_FRAMES: tuple[type[Struct], ...] = get_args(frames.AnyServerFrame)
SUBPROTOCOL = "backchannel.v1"

DESCRIPTION = """The live line of Backchannel: one WebSocket for each device, on which every frame is one JSON object
in a text message, told apart by its `type`.

The first frame is `Hello`, with a ticket from `POST /v1/tickets`, within 5 s. The server answers with `Welcome`, sends
what was missed (`CaughtUp`) or, where it cannot, a `Snapshot`, and then `Synced`.

Times are RFC 3339 in UTC with milliseconds, ids UUIDs in lower case; `epoch` and tickets are opaque. Unknown fields
from a client are refused; clients ignore fields and frames that they do not know. Client frames have at most 64 KiB,
`Hello` 1 MiB. HTTP is described by OpenAPI at `/v1/openapi.json`."""


def document() -> Json:
    """The document, from the point of view of the server: it receives what clients send."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Backchannel",
            "version": "1",
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "127.0.0.1:8080",
                "protocol": "ws",
                "description": "The balancer of a local stack; elsewhere its own host, by wss.",
            }
        },
        "channels": {"socket": _channel()},
        "operations": {
            "receiveFromClient": _operation("receive", "What a client may send.", CLIENT_FRAMES),
            "sendToClient": _operation("send", "What the server sends.", SERVER_FRAMES),
        },
        "components": {
            "messages": {frame.__name__: _message(frame) for frame in (*CLIENT_FRAMES, *SERVER_FRAMES)},
            "schemas": components((*CLIENT_FRAMES, *SERVER_FRAMES), "#/components/schemas/{name}"),
        },
    }


@cache
def encoded() -> bytes:
    """The document as it is written and served, always the same bytes for the same types."""
    return msgspec.json.format(msgspec.json.encode(document()), indent=2) + b"\n"


def _channel() -> Json:
    return {
        "address": "/v1/socket",
        "title": "The socket",
        "description": "\n".join(_closing()),
        "servers": [{"$ref": "#/servers/local"}],
        "messages": {
            frame.__name__: {"$ref": f"#/components/messages/{frame.__name__}"}
            for frame in (*CLIENT_FRAMES, *SERVER_FRAMES)
        },
        "bindings": {"ws": {"method": "GET", "headers": _handshake(), "bindingVersion": "0.1.0"}},
        "x-close-codes": {
            str(code): {"meaning": meaning, "reconnect": code in RECONNECT_CODES}
            for code, meaning in CLOSE_CODES.items()
        },
    }


def _handshake() -> Json:
    name = "Sec-WebSocket-Protocol"
    return {"type": "object", "properties": {name: {"type": "string", "enum": [SUBPROTOCOL]}}, "required": [name]}


def _closing() -> Iterator[str]:
    """The close codes as a table of Markdown."""
    yield f"Subprotocol `{SUBPROTOCOL}`. The server closes with:\n"
    yield "| code | meaning | the client reconnects by itself |"
    yield "| --- | --- | --- |"
    for code, meaning in CLOSE_CODES.items():
        yield f"| {code} | {meaning} | {'yes, with jitter' if code in RECONNECT_CODES else 'no'} |"


def _operation(action: str, summary: str, types: tuple[type[Struct], ...]) -> Json:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": "#/channels/socket"},
        "messages": [{"$ref": f"#/channels/socket/messages/{frame.__name__}"} for frame in types],
    }


def _message(frame: type[Struct]) -> Json:
    name = frame.__name__
    return {"name": name, "title": name, "payload": {"$ref": f"#/components/schemas/{name}"}}
