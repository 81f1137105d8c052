"""The closed loop: a fixed number of messages under way; each that arrives lets the next one go."""

import asyncio
import sys

from tests.bench.flights import Flights


class ClosedLoop:
    def __init__(self, flights: Flights, window: int, *, limit: int = sys.maxsize) -> None:
        self._flights = flights
        self._window = window
        self._limit = limit
        self._over = asyncio.Event()
        flights.on_delivered = self._send_next

    def start(self) -> None:
        for _ in range(self._window):
            self._send_next()

    def stop(self) -> None:
        self._limit = 0

    async def until_limit(self, timeout_seconds: float) -> None:
        await asyncio.wait_for(self._over.wait(), timeout_seconds)

    def _send_next(self) -> None:
        if len(self._flights.written_ns) < self._limit:
            self._flights.send_next()
        else:
            self._over.set()
