"""The agents of projections: one for each version that follows the log, begun and ended as versions come and go."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

from infra.stores.live_views import LOOK_SECONDS, LiveViews
from infra.stores.postgres import Postgres
from infra.stores.view import View
from streams.runtime.agents import Agent, Running
from streams.runtime.settings import StreamSettings
from streams.runtime.views import ProjectionAgent, Projector


class Followers:
    """`begin` starts an agent, `end` lets one finish in order. `opening`: the views that are not looked up yet."""

    def __init__(
        self,
        settings: StreamSettings,
        projectors: Sequence[Projector],
        begin: Callable[[Agent], Running],
        end: Callable[[Running], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._projectors = projectors
        self._begin = begin
        self._end = end
        self._at_work: dict[View, Running] = {}
        self.opening = [one.name for one in projectors]

    async def work(self) -> None:
        """For ever. Raises what ending an agent raises."""
        if not self._projectors:
            return
        live = await LiveViews.connect(await Postgres.connect(self._settings))
        while True:
            await self._adjust(dict(self._wanted(live)))
            self.opening.clear()
            await asyncio.sleep(LOOK_SECONDS)

    def _wanted(self, live: LiveViews) -> Iterator[tuple[View, Projector]]:
        for projector in self._projectors:
            views = live.followed(projector.name)
            if len(views) > 1 or not projector.is_written_beside:
                yield from ((view, projector) for view in views)

    async def _adjust(self, wanted: dict[View, Projector]) -> None:
        for view in self._at_work.keys() - wanted.keys():
            await self._end(self._at_work.pop(view))
        for view, projector in wanted.items():
            if view not in self._at_work:
                self._at_work[view] = self._begin(ProjectionAgent(self._settings, projector, view.version))
