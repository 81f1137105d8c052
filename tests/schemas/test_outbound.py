"""Entries of gateways' streams, and packed connections, survive packing."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.outbound import (
    Connections,
    Item,
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


class TestConnections:
    @given(strategies.packed_connections)
    def test_round_trip(self, value: Connections) -> None:
        assert value == unpack_connections(pack_connections(value))


class TestStreamName:
    def test_hangs_on_the_incarnation(self) -> None:
        assert "outbound:gateway-1:1a2b3c" == stream_name("gateway-1", "1a2b3c")
