"""A group's messages are written by its members in turn, and told apart by who has them when."""

import json

import pytest

from tests.bench.connection import OnFrame
from tests.bench.group_flights import GroupFlights
from tests.bench.groups import Group

GROUPS = [Group("one", range(3)), Group("other", range(3, 6))]


class Sockets:
    """Stands where the fleet stands; messages reach whom the test says, when it says."""

    def __init__(self) -> None:
        self.on_frame: OnFrame = lambda index, payload, arrived_ns: False
        self.sent: list[tuple[int, bytes]] = []
        self.connections = [Socket(index, self.sent) for index in range(6)]

    def arrive(self, number: int, index: int, after_ns: int, flights: GroupFlights) -> None:
        sender, frame = self.sent[number]
        event = {"type": "MessageSent", "seq": 1, "message_id": "m", **json.loads(frame)} | {"type": "MessageSent"}
        if index != sender:
            del event["client_id"]
        assert self.on_frame(index, json.dumps(event).encode(), flights.written_ns[number] + after_ns)


class Socket:
    def __init__(self, index: int, sent: list[tuple[int, bytes]]) -> None:
        self._index = index
        self._sent = sent

    def send(self, frame: bytes) -> None:
        self._sent.append((self._index, frame))


@pytest.fixture
def sockets() -> Sockets:
    return Sockets()


@pytest.fixture
def flights(sockets: Sockets) -> GroupFlights:
    return GroupFlights(sockets, GROUPS)


class TestSendNext:
    def test_groups_and_members_in_turn(self, sockets: Sockets, flights: GroupFlights) -> None:
        for _ in range(8):
            flights.send_next()

        assert [0, 3, 1, 4, 2, 5, 0, 3] == [index for index, _ in sockets.sent]
        ids = [json.loads(frame)["conversation_id"] for _, frame in sockets.sent]
        assert ["one", "other"] * 4 == ids


class TestTimes:
    def test_between_recipients_and_from_being_written(self, sockets: Sockets, flights: GroupFlights) -> None:
        flights.send_next()
        for index, after_ns in ((1, 20), (0, 500), (2, 50)):  # 0 wrote it: its own receipt is none of a recipient's
            sockets.arrive(0, index, after_ns, flights)

        assert [30] == flights.first_to_last([0])
        assert [50] == flights.to_last([0])
        assert [20, 50] == flights.to_each([0])

    def test_not_of_a_message_that_some_lack(self, sockets: Sockets, flights: GroupFlights) -> None:
        flights.send_next()
        sockets.arrive(0, 1, 20, flights)

        assert ([], [], [20]) == (flights.first_to_last([0]), flights.to_last([0]), flights.to_each([0]))


class TestMissing:
    async def test_counts_receipts(self, sockets: Sockets, flights: GroupFlights) -> None:
        flights.send_next()
        flights.send_next()
        sockets.arrive(1, 4, 20, flights)

        assert 5 == flights.missing
        assert not await flights.all_arrived(0.05)

    async def test_none_when_all_are_there(self, sockets: Sockets, flights: GroupFlights) -> None:
        flights.send_next()
        for index in range(3):
            sockets.arrive(0, index, 20, flights)

        assert await flights.all_arrived(0.05)

    def test_repeated(self, sockets: Sockets, flights: GroupFlights) -> None:
        flights.send_next()
        for _ in range(2):
            sockets.arrive(0, 1, 20, flights)

        assert 1 == flights.repeated
        assert [20] == flights.to_each([0])


def test_other_frames_are_not_known(sockets: Sockets, flights: GroupFlights) -> None:
    assert not sockets.on_frame(0, b'{"type":"PresenceChanged"}', 1)
