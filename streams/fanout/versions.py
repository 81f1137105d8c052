"""Another version of the membership view goes live: fan-out may use it once it has folded all that fan-out has."""

import asyncio
from collections.abc import Mapping

from infra.stores import cache
from infra.stores.live_views import LiveViews
from infra.stores.log_ends import LogEnds
from infra.stores.positions import Positions
from infra.stores.settings import StoreSettings
from infra.stores.view import View
from schemas.topics import CONVERSATION_EVENTS
from streams.runtime.progress import progress

LOOK_SECONDS = 0.1


class Folded:
    def __init__(self, settings: StoreSettings, live: LiveViews) -> None:
        self._live = live
        self._positions = Positions(cache.connect(settings))
        self._ends = LogEnds(settings.kafka_bootstrap)

    async def wait(self, offsets: Mapping[int, int]) -> None:
        """Until the live version has folded all before these offsets, per partition. Raises StoreUnavailable."""
        while len(self._live.followed("memberships")) > 1:
            view = View("memberships", self._live.version("memberships"))
            if await self._has(view, offsets):
                return
            progress.touch()
            await asyncio.sleep(LOOK_SECONDS)

    async def _has(self, view: View, offsets: Mapping[int, int]) -> bool:
        published = await self._positions.read(view)
        if all(published.get(partition, 0) >= offset for partition, offset in offsets.items()):
            return True
        committed = await self._ends.committed(view.group, CONVERSATION_EVENTS)
        return all(max(published.get(one, 0), committed.get(one, 0)) >= offset for one, offset in offsets.items())
