"""Events of presence as the log keeps them."""

from schemas.codec import decode_presence, encode
from schemas.presence import DeviceConnected, DeviceDisconnected
from tests.builders import connected, disconnected


class TestPresenceEvents:
    def test_are_told_apart_by_their_type(self) -> None:
        found = [type(decode_presence(encode(event))) for event in (connected(), disconnected())]
        assert [DeviceConnected, DeviceDisconnected] == found

    def test_name_the_connection(self) -> None:
        assert "connection-7" == decode_presence(encode(connected("connection-7"))).origin.connection
