"""Work that goes ahead in threads, and is taken in its order."""

import threading
import time

import pytest

from infra.operator.exports.export import in_order


class TestInOrder:
    async def test_the_first_first(self) -> None:
        def work(seconds: float) -> float:
            time.sleep(seconds)
            return seconds * 2

        assert [(0.05, 0.1), (0.0, 0.0), (0.02, 0.04)] == [one async for one in in_order((0.05, 0.0, 0.02), work, 2)]

    async def test_no_more_ahead_than_are_taken(self) -> None:
        begun: list[int] = []
        async for item, _ in in_order(range(10), begun.append, 2):
            assert len(begun) <= item + 3

    async def test_ends_with_the_first_fault(self) -> None:
        begun = threading.Semaphore(0)

        def work(number: int) -> int:
            begun.release()
            if number:
                raise OSError(number)
            return number

        with pytest.raises(OSError, match=r"^1$"):
            async for _ in in_order(range(50), work, 2):
                pass
        assert begun._value <= 5
