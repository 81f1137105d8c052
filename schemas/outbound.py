"""Entries of a gateway's Redis stream: finished frames with the connections they are for, and words to the gateway.

One entry holds many items, packed by msgpack: fan-out writes one entry per gateway and micro-batch.
"""

from enum import IntEnum

import msgspec
from msgspec import Struct


class Kind(IntEnum):
    FRAME = 0  # payload: a finished frame, sent to the connections as it is
    REPEATED = 1  # the same, but the first result of a repeated command (HTTP answers 200 instead of 201)
    REGISTERED = 2  # the connections are in the connection cache; no payload
    CLOSE = 3  # close the connections; payload: the close code in ASCII
    PRESENCE = 4  # `connections` are users, whose presence, or who may see it, changed: look again; no payload


class Item(Struct, frozen=True, array_like=True):
    """`at_ms`: when what it tells was appended to the log, 0 if it was not; `trace`: its traceparent, if that trace is
    recorded. Readers of other versions pass over what they do not know, and do without what is missing."""

    kind: Kind
    connections: tuple[str, ...]
    payload: bytes
    at_ms: int = 0
    trace: bytes | None = None


_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[list[Item]] = msgspec.msgpack.Decoder(list[Item])

pack = _encoder.encode
unpack = _decoder.decode


def stream_name(gateway: str, incarnation: str) -> str:
    return f"outbound:{gateway}:{incarnation}"


class Connection(Struct, frozen=True, array_like=True):
    """Where a device can be reached: an item of a user's packed value in the connection cache; `at` is when it said
    Hello. A silent one may still be reached, but shows nobody online."""

    device_id: str
    gateway: str
    incarnation: str
    connection: str
    at: str
    is_silent: bool = False


class Connections(Struct, frozen=True, array_like=True):
    """A user's packed value: the offset in `presence.events` up to which it was folded, and the connections.

    `heard_at`: the last sign of life of connections that are gone or silent, as far as the cache remembers.
    """

    offset: int
    connections: tuple[Connection, ...] = ()
    heard_at: str | None = None

    @property
    def is_online(self) -> bool:
        return any(not one.is_silent for one in self.connections)


_connections_decoder: msgspec.msgpack.Decoder[Connections] = msgspec.msgpack.Decoder(Connections)
pack_connections = _encoder.encode
unpack_connections = _connections_decoder.decode
