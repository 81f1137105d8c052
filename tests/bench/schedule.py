"""The open loop: message k is due at start + k / rate, whatever became of those before it."""

import asyncio
import ctypes
import os
import time
from collections.abc import Callable

NANOSECONDS = 1_000_000_000
TFD_TIMER_ABSTIME = 1

_libc = ctypes.CDLL(None, use_errno=True)


class Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class TimerSpec(ctypes.Structure):
    _fields_ = (("interval", Timespec), ("first", Timespec))


class Schedule:
    """Calls `send` once for each message when it is due; a stall is caught up at once, never left out.

    The kernel's timer keeps the time: those of the event loop are a millisecond coarse.
    """

    def __init__(self, rate: int, total: int, send: Callable[[], None]) -> None:
        self.total = total
        self.started_ns = 0
        self._interval_ns = NANOSECONDS // rate
        self._send = send
        self._next = 0
        self._done = asyncio.Event()

    def due_ns(self, number: int) -> int:
        return self.started_ns + number * self._interval_ns

    async def run(self) -> None:
        self.started_ns = time.monotonic_ns() + self._interval_ns
        timer = periodic_timer(self.started_ns, self._interval_ns)
        loop = asyncio.get_running_loop()
        loop.add_reader(timer, self._turn, timer)
        try:
            await self._done.wait()
        finally:
            loop.remove_reader(timer)
            os.close(timer)

    def _turn(self, timer: int) -> None:
        expired = int.from_bytes(os.read(timer, 8), "little")
        self.send_due(expired)

    def send_due(self, expired: int) -> None:
        for _ in range(min(expired, self.total - self._next)):
            self._next += 1
            self._send()
        if self._next == self.total:
            self._done.set()


def periodic_timer(first_ns: int, interval_ns: int) -> int:
    """A timerfd on the monotonic clock; Python has these from 3.13 on."""
    timer = _checked(_libc.timerfd_create(time.CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC))
    spec = TimerSpec(_timespec(interval_ns), _timespec(first_ns))
    _checked(_libc.timerfd_settime(timer, TFD_TIMER_ABSTIME, ctypes.byref(spec), None))
    return timer


def _timespec(nanoseconds: int) -> Timespec:
    return Timespec(*divmod(nanoseconds, NANOSECONDS))


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "timerfd")
    return result
