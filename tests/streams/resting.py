"""Parts of the stack that would do a test's work before it: they rest meanwhile, if another test has started them."""

from collections.abc import Iterator
from contextlib import contextmanager

from infra.local.stack import Stack


@contextmanager
def resting(stack: Stack, *names: str) -> Iterator[None]:
    running = [name for name in names if stack.pid(name) is not None]
    for name in running:
        stack.stop(name)
    try:
        yield
    finally:
        for name in running:
            stack.start(name)
        for name in running:
            stack.wait_ready(name)
