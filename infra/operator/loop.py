"""The event loop of a command, and of a process that works for one: made for many records."""

import gc
from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """As asyncio.run; once in a process. Records are trees of values and never cycles: to look for cycles among them as
    often as Python does by itself cost the archiver and the loop 10 of 58 µs a message."""
    gc.freeze()
    gc.set_threshold(50_000, 50, 1_000)
    return uvloop.run(work)
