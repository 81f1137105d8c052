"""So many at once, and no more."""

import asyncio

from streams.notification.sending.slots import Slots


class TestSlots:
    async def test_as_many_as_are_free(self) -> None:
        slots = Slots(3)
        assert [2, 1, 0] == [await slots.take(2), await slots.take(2), slots.take_free(2)]

    async def test_waits_for_one_to_be_given_back(self) -> None:
        slots = Slots(1)
        await slots.take(1)
        waiting = asyncio.create_task(slots.take(5))
        await asyncio.sleep(0)
        assert not waiting.done()
        slots.give_back()
        assert 1 == await asyncio.wait_for(waiting, 1)
