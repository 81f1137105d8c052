"""Many share a look, and every answer is newer than its question."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.shared_look import SharedLook


class Clock:
    """A look that answers with the step at which it began, and takes as long as it is told to."""

    def __init__(self) -> None:
        self.step = 0
        self.looks = 0
        self.may_end = asyncio.Event()

    async def look(self) -> int:
        self.looks += 1
        began = self.step
        await self.may_end.wait()
        return began

    async def end_all(self) -> None:
        self.may_end.set()
        await turn()
        self.may_end.clear()


async def turn() -> None:
    """Let everything run that can."""
    for _ in range(5):
        await asyncio.sleep(0)


class TestGet:
    async def test_those_who_wait_share_the_next(self) -> None:
        clock = Clock()
        look = SharedLook(clock.look)
        asked = [asyncio.create_task(look.get()) for _ in range(10)]
        await turn()
        for _ in range(2):
            await clock.end_all()
        assert 10 == len(await asyncio.gather(*asked))
        assert 2 == clock.looks

    async def test_one_alone_does_not_wait(self) -> None:
        clock = Clock()
        look = SharedLook(clock.look)
        for expected in (1, 2):
            asked = asyncio.create_task(look.get())
            await turn()
            await clock.end_all()
            await asked
            assert expected == clock.looks

    async def test_a_fault_reaches_those_who_asked_and_no_others(self) -> None:
        faults = [OSError("away")]

        async def look() -> str:
            await asyncio.sleep(0)
            if faults:
                raise faults.pop()
            return "there"

        shared = SharedLook(look)
        first, second = asyncio.create_task(shared.get()), asyncio.create_task(shared.get())
        with pytest.raises(OSError):
            await first
        assert "there" == await second

    async def test_who_gives_up_takes_nothing_from_others(self) -> None:
        clock = Clock()
        look = SharedLook(clock.look)
        impatient, patient = asyncio.create_task(look.get()), asyncio.create_task(look.get())
        await turn()
        impatient.cancel()
        for _ in range(2):
            await clock.end_all()
        assert 0 == await patient

    @given(st.lists(st.sampled_from(["ask", "end", "turn"]), max_size=40))
    def test_every_answer_is_newer_than_its_question(self, steps: list[str]) -> None:
        asyncio.run(self.play(steps))

    async def play(self, steps: list[str]) -> None:
        clock = Clock()
        look = SharedLook(clock.look)
        asked: list[tuple[int, asyncio.Task[int]]] = []
        for clock.step, what in enumerate(steps):
            if what == "ask":
                asked.append((clock.step, asyncio.create_task(look.get())))
            elif what == "end":
                clock.may_end.set()
                await asyncio.sleep(0)
                clock.may_end.clear()
            else:
                await turn()
        for _ in range(4):
            await clock.end_all()
        for question, answer in asked:
            assert question <= answer.result()
