"""Entries of gateways' streams, and packed connections, survive packing."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from schemas.outbound import (
    Connections,
    Item,
    Kind,
    pack,
    pack_connections,
    stream_name,
    unpack,
    unpack_connections,
)
from tests import strategies


class TestEntries:
    @given(st.lists(strategies.items, max_size=5))
    def test_round_trip(self, items: list[Item]) -> None:
        assert items == unpack(pack(items))


class Older(msgspec.Struct, array_like=True):
    """An item as the version before wrote it, and read it."""

    kind: int
    connections: tuple[str, ...]
    payload: bytes


class TestVersions:
    def test_a_newer_reader_does_without(self) -> None:
        older = msgspec.msgpack.encode([Older(0, ("c",), b"frame")])
        assert [Item(Kind.FRAME, ("c",), b"frame", 0, None)] == unpack(older)

    def test_an_older_reader_passes_over(self) -> None:
        newer = pack([Item(Kind.FRAME, ("c",), b"frame", 1_700_000_000_000, b"trace")])
        assert [Older(0, ("c",), b"frame")] == msgspec.msgpack.decode(newer, type=list[Older])


class TestConnections:
    @given(strategies.packed_connections)
    def test_round_trip(self, value: Connections) -> None:
        assert value == unpack_connections(pack_connections(value))


class TestStreamName:
    def test_hangs_on_the_incarnation(self) -> None:
        assert "outbound:gateway-1:1a2b3c" == stream_name("gateway-1", "1a2b3c")
