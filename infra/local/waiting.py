"""Waiting for a condition, with a deadline."""

import time
from collections.abc import Callable

from infra.local.faults import StackFault

LOOK_SECONDS = 0.05


def wait_until(is_so: Callable[[], bool], what: str, timeout_seconds: float) -> float:
    """Returns after how many seconds it was so; a StackFault when it was not in time."""
    started = time.monotonic()
    while not is_so():
        if time.monotonic() - started > timeout_seconds:
            raise StackFault(f"waited {timeout_seconds:.0f} s in vain for {what}")
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - started
