"""Heartbeats of thousands of connections from one timer: a wheel whose slots are passed one by one."""

import asyncio
from typing import Protocol

SLOT_SECONDS = 0.01


class Beating(Protocol):
    def beat(self) -> None: ...


class HeartbeatWheel:
    """Each connection stands in one slot and beats once a turn; the slots are filled evenly."""

    def __init__(self, period_seconds: float) -> None:
        self._slots: list[list[Beating]] = [[] for _ in range(max(round(period_seconds / SLOT_SECONDS), 1))]
        self._slot_seconds = period_seconds / len(self._slots)
        self._added = 0
        self._passed = 0
        self._started_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, connection: Beating) -> None:
        # A stride that shares no factor with most sizes spreads those that connect together.
        self._slots[self._added * 7919 % len(self._slots)].append(connection)
        self._added += 1

    def start(self) -> None:
        self._started_at = asyncio.get_running_loop().time()
        self._arm()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def pass_slot(self) -> None:
        for connection in self._slots[self._passed % len(self._slots)]:
            connection.beat()
        self._passed += 1

    def _arm(self) -> None:
        due_at = self._started_at + (self._passed + 1) * self._slot_seconds
        self._timer = asyncio.get_running_loop().call_at(due_at, self._turn)

    def _turn(self) -> None:
        self.pass_slot()
        self._arm()
