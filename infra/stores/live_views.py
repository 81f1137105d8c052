"""Which versions of views are read now, as every process that reads or writes views knows it: looked up now and then.

A process that has not heard of a switch yet reads the version that was live before: that one is followed on, and as
true as the other.
"""

import asyncio
import logging
import os
from collections.abc import Sequence

from infra.stores.faults import StoreUnavailable, until_available
from infra.stores.postgres import Postgres
from infra.stores.projections import Projections, Version
from infra.stores.versions import Which
from infra.stores.view import View

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
HEARD_SECONDS = 2 * LOOK_SECONDS
"""After so long every process has heard of a change, unless PostgreSQL is away from it."""


class LiveViews:
    """Looks for as long as the process lives."""

    def __init__(self, projections: Projections) -> None:
        self._projections = projections
        self._known: Sequence[Version] = ()
        self._looking: asyncio.Task[None] | None = None

    @classmethod
    async def connect(cls, postgres: Postgres) -> "LiveViews":
        """Waits for PostgreSQL."""
        live = cls(Projections(postgres))
        await until_available(live.look, "the register of projections")
        live._looking = asyncio.create_task(live._look_on())
        live._looking.add_done_callback(_end_the_process)
        return live

    def version(self, name: str) -> int:
        return next(one.version for one in self._known if one.name == name and one.state == "live")

    def which(self, name: str) -> Which:
        return lambda: self.version(name)

    def followed(self, name: str) -> Sequence[View]:
        """All versions whose agents follow the log."""
        return [one.view for one in self._known if one.name == name and one.is_followed]

    def written(self, name: str) -> Sequence[int]:
        """All versions that there are, the live one first."""
        mine = [one for one in self._known if one.name == name and not one.scope]
        return [one.version for one in sorted(mine, key=lambda one: one.state != "live")]

    def awaited(self, *names: str) -> Sequence[View]:
        """The versions that are read, or may be in a moment: who promises to have all of the log waits for these."""
        return [one.view for one in self._known if one.name in names and one.state in {"live", "announced"}]

    async def look(self) -> None:
        """Raises StoreUnavailable."""
        self._known = await self._projections.all()

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except StoreUnavailable as away:
                log.warning("the register of projections: %s", away)


def _end_the_process(looking: "asyncio.Task[None]") -> None:
    """A process that looks no more would read a version for ever that may be dropped."""
    if not looking.cancelled() and (fault := looking.exception()):
        log.critical("ending the process: the register of projections: %s", fault, exc_info=fault)
        os._exit(1)
