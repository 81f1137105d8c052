"""Liveness: whoever makes progress, or waits for a store that is down, says so; who is silent with work at hand is stuck.

Faust can hang after a rebalance (#175, #523, #532, #640): the reader's thread, which does not depend on the event
loop, ends such a process, and its supervisor starts it again.
"""

import time

STUCK_SECONDS = 60.0
STUCK_EXIT_CODE = 70


class Progress:
    """The time of the last sign of progress. Touched from any thread."""

    def __init__(self) -> None:
        self._touched_at = time.monotonic()

    def touch(self) -> None:
        self._touched_at = time.monotonic()

    def is_stuck(self) -> bool:
        return time.monotonic() - self._touched_at > STUCK_SECONDS


progress = Progress()
