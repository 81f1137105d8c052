"""Flights and the closed loop against sockets that answer at once."""

import asyncio
import json
from collections import Counter

import pytest

from tests.bench.closed_loop import ClosedLoop
from tests.bench.connection import OnFrame
from tests.bench.flights import Flights, partner
from tests.bench.text import to_conversation

TARGETS = [to_conversation(str(pair)) for pair in (0, 0, 1, 1)]


class Loopback:
    """Stands where the fleet stands: a message comes back to both ends of its pair, as from the server."""

    def __init__(self) -> None:
        self.on_frame: OnFrame = lambda index, payload, arrived_ns: False
        self.faults: Counter[str] = Counter()
        self.under_way: list[tuple[int, bytes]] = []
        self.connections = [LoopbackConnection(index, self.under_way) for index in range(4)]

    def deliver(self, *, times: int = 1) -> None:
        arriving, self.under_way[:] = list(self.under_way), []
        for index, frame in arriving:
            command = json.loads(frame)
            event = {"type": "MessageSent", "seq": 1, "message_id": "m"} | {
                key: command[key] for key in ("conversation_id", "body")
            }
            for _ in range(times):
                self.on_frame(partner(index), json.dumps(event).encode(), 10**18)
                self.on_frame(index, json.dumps(event | {"client_id": command["client_id"]}).encode(), 10**18)


class LoopbackConnection:
    def __init__(self, index: int, under_way: list[tuple[int, bytes]]) -> None:
        self._index = index
        self._under_way = under_way

    def send(self, frame: bytes) -> None:
        self._under_way.append((self._index, frame))


@pytest.fixture
def loopback() -> Loopback:
    return Loopback()


def flights_over(loopback: Loopback) -> Flights:
    return Flights(loopback, TARGETS, [2, 1, 0, 3], keep_envelopes=True)


def test_window_stays_full(loopback: Loopback) -> None:
    flights = flights_over(loopback)
    ClosedLoop(flights, window=3).start()

    for _ in range(5):
        assert len(loopback.under_way) == 3
        loopback.deliver()

    assert (flights.delivered, flights.ticked, flights.repeated) == (15, 15, 0)
    assert list(range(15)) == sorted(number for number, _ in flights.envelopes)


@pytest.mark.asyncio
async def test_limit_ends_it(loopback: Loopback) -> None:
    flights = flights_over(loopback)
    loop = ClosedLoop(flights, window=3, limit=4)
    loop.start()

    while loopback.under_way:
        loopback.deliver()

    await loop.until_limit(1)
    assert await flights.all_arrived(1)
    assert flights.delivered == 4


@pytest.mark.asyncio
async def test_lost_message_is_missed(loopback: Loopback) -> None:
    flights = flights_over(loopback)
    flights.send_next()

    loopback.under_way.clear()

    assert not await asyncio.wait_for(flights.all_arrived(0.05), 5)


def test_repeated_message_counts_once(loopback: Loopback) -> None:
    flights = flights_over(loopback)
    flights.send_next()

    loopback.deliver(times=2)

    assert (flights.delivered, flights.ticked, flights.repeated) == (1, 1, 2)
    assert len(flights.envelopes) == 1
