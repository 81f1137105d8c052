"""How many requests may be under way at once; who wants to make more waits."""

import asyncio

GATHER_SECONDS = 0.01  # others come free soon after: one mark for several instead of one for each


class Slots:
    def __init__(self, count: int) -> None:
        self.free = count
        self._is_free = asyncio.Event()
        self._is_free.set()

    async def take(self, wanted: int) -> int:
        """As many of these as are free, and at least one: waits for it."""
        while not self.free:
            self._is_free.clear()
            await self._is_free.wait()
            await asyncio.sleep(GATHER_SECONDS)
        return self.take_free(wanted)

    def take_free(self, wanted: int) -> int:
        """As many of these as are free, perhaps none."""
        taken = min(wanted, self.free)
        self.free -= taken
        return taken

    def give_back(self, count: int = 1) -> None:
        self.free += count
        self._is_free.set()
