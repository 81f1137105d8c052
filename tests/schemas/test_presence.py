"""Events of presence, and leases, as the log keeps them."""

import msgspec
import pytest
from msgspec import Struct

from schemas import presence
from schemas.codec import decode_lease, decode_presence, encode
from tests.builders import (
    beat,
    connected,
    disconnected,
    heard,
    lease,
    silent,
    typing,
    went_offline,
    went_online,
)

EVENTS = [connected(), silent(), heard(), disconnected(), went_online(), went_offline()]


class TestPresenceEvents:
    def test_are_told_apart_by_their_type(self) -> None:
        assert EVENTS == [decode_presence(encode(event)) for event in EVENTS]

    def test_of_devices_name_the_connection(self) -> None:
        for event in (connected("c7"), silent("c7"), heard("c7"), disconnected("c7")):
            found = decode_presence(encode(event))
            assert isinstance(found, presence.DeviceEvent)
            assert "c7" == found.origin.connection

    def test_an_end_without_a_last_sign_of_life_was_itself_one(self) -> None:
        assert disconnected().at == disconnected().last_heard_at
        event = msgspec.structs.replace(disconnected(), heard_at=silent().heard_at)
        assert silent().heard_at == event.last_heard_at


class TestLeases:
    @pytest.mark.parametrize("value", [lease(), lease(connections=0), beat()])
    def test_are_told_apart_by_their_type(self, value: Struct) -> None:
        assert value == decode_lease(encode(value))

    @pytest.mark.parametrize("value", [connected(), typing(), lease(connections=-1)])
    def test_nothing_else_is_one(self, value: Struct) -> None:
        with pytest.raises(msgspec.ValidationError):
            decode_lease(encode(value))

    def test_last_longer_than_they_are_apart_and_die_after_they_lapse(self) -> None:
        assert presence.LEASE_EVERY_SECONDS < presence.LEASE_SECONDS < presence.DEAD_SECONDS
