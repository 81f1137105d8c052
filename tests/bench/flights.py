"""The messages of one run: when each was written, ticked and delivered, and what was said of it."""

import asyncio
import time
from array import array
from collections.abc import Callable, Sequence
from typing import Protocol

from tests.bench.connection import OnFrame
from tests.bench.text import Template, new_mark, without_text


def partner(index: int) -> int:
    """Users talk in pairs: 0 with 1, 2 with 3, …"""
    return index ^ 1


class Sender(Protocol):
    def send(self, frame: bytes) -> None: ...


class Senders(Protocol):
    """What the flights need of a fleet."""

    on_frame: OnFrame

    @property
    def connections(self) -> Sequence[Sender]: ...


class Flights:
    """Message number n goes from user `order[n % len(order)]` to their partner; times are monotonic_ns."""

    def __init__(self, fleet: Senders, targets: Sequence[bytes], order: Sequence[int], *, keep_envelopes: bool) -> None:
        self.written_ns = array("q")
        self.ticked_ns = array("q")
        self.delivered_ns = array("q")
        self.envelopes: list[tuple[int, bytes]] = []
        self.ticked = 0
        self.delivered = 0
        self.repeated = 0
        self.on_delivered: Callable[[], None] | None = None
        self._fleet = fleet
        self._targets = targets
        self._order = order
        self._keep_envelopes = keep_envelopes
        self._template = Template(new_mark())
        fleet.on_frame = self.on_frame

    def send_next(self) -> None:
        number = len(self.written_ns)
        sender = self._order[number % len(self._order)]
        frame = self._template.frame(self._targets[sender], number)
        self.ticked_ns.append(0)
        self.delivered_ns.append(0)
        self.written_ns.append(time.monotonic_ns())
        self._fleet.connections[sender].send(frame)

    def on_frame(self, index: int, payload: bytes, arrived_ns: int) -> bool:
        text_at = self._template.text_at(payload)
        if text_at < 0:
            return False
        number = self._template.number(payload, text_at)
        if index == self._order[number % len(self._order)]:
            self._tick(number, arrived_ns, payload, text_at)
        else:
            self._deliver(number, arrived_ns)
        return True

    async def all_arrived(self, timeout_seconds: float) -> bool:
        """Waits until every message was ticked and delivered; false if some were not in time."""
        deadline = time.monotonic() + timeout_seconds
        while min(self.ticked, self.delivered) < len(self.written_ns):
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.02)
        return True

    def _tick(self, number: int, arrived_ns: int, payload: bytes, text_at: int) -> None:
        if self.ticked_ns[number]:
            self.repeated += 1
            return
        self.ticked_ns[number] = arrived_ns
        self.ticked += 1
        if self._keep_envelopes:
            self.envelopes.append((number, without_text(payload, text_at)))

    def _deliver(self, number: int, arrived_ns: int) -> None:
        if self.delivered_ns[number]:
            self.repeated += 1
            return
        self.delivered_ns[number] = arrived_ns
        self.delivered += 1
        if self.on_delivered is not None:
            self.on_delivered()
