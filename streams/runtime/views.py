"""What the agents of all views have in common: idempotent rows, written batch by batch, far from the hot road."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from infra.stores import cache
from infra.stores.faults import until_available
from infra.stores.positions import Positions
from infra.stores.settings import StoreSettings
from infra.stores.view import View
from schemas.topics import CONVERSATION_EVENTS, Topic
from streams.runtime.batches import Batches
from streams.runtime.positions import PositionPublisher, ends_of
from streams.runtime.progress import progress
from streams.runtime.records import Record, Run
from streams.runtime.settings import StreamSettings


class ViewAgent(ABC):
    """A view says which topic it follows, in `start` where its store is, and in `_flush` what it writes."""

    group: str
    topic: Topic
    is_background = True

    def __init__(self, settings: StreamSettings) -> None:
        self._settings = settings
        self._batches = Batches(self._flush)
        self.put = self._batches.put
        self.work = self._batches.work

    @abstractmethod
    async def start(self) -> None:
        """Connect."""

    async def assigned(self, partitions: frozenset[int]) -> None:  # noqa: B027 — nothing is the right thing to do
        """Nothing to prepare: rows carry their place in the log, and writing them again changes nothing."""

    async def revoked(self) -> None:
        await self._batches.drop()

    @abstractmethod
    async def _flush(self, runs: Sequence[Run]) -> None:
        """Write what the runs say; done when it is durable."""


class Projection(Protocol):
    """One version of a view, as it is folded: by its agent from the log as it grows, or by a rebuild from its start."""

    async def fold(self, records: Sequence[Record]) -> None:
        """Done when what the records say is durable; folding them again changes nothing. Records of a partition come
        in their order. Raises StoreUnavailable."""

    async def close(self) -> None:
        """Let the stores go."""


@dataclass(frozen=True, slots=True)
class Projector:
    """A view that may have several versions at a time, and how one of them is opened: `connect(settings, version)`,
    which raises StoreUnavailable; `connect_rebuild`, where a rebuild differs. `is_written_beside`: while there is only
    one, another agent writes it."""

    name: str
    connect: Callable[[StoreSettings, int], Awaitable[Projection]]
    connect_rebuild: Callable[[StoreSettings, int], Awaitable[Projection]] | None = None
    is_written_beside: bool = False


class ProjectionAgent(ViewAgent):
    """Follows `conversation.events` for one version of a view, and publishes how far it has come."""

    topic = CONVERSATION_EVENTS

    def __init__(self, settings: StreamSettings, projector: Projector, version: int) -> None:
        super().__init__(settings)
        self._projector = projector
        self._view = View(projector.name, version)
        self.group = self._view.group

    async def start(self) -> None:
        settings, version = self._settings, self._view.version
        self._projection = await until_available(lambda: self._projector.connect(settings, version), self.group)
        self._positions = PositionPublisher(Positions(cache.connect(settings)), self._view)

    async def revoked(self) -> None:
        await super().revoked()
        await self._positions.finish()

    async def _flush(self, runs: Sequence[Run]) -> None:
        records = [record for run in runs for record in run.records]
        await until_available(lambda: self._fold(records), f"the {self._view.name}")
        self._positions.publish(ends_of(runs))

    async def _fold(self, records: Sequence[Record]) -> None:
        progress.touch()
        await self._projection.fold(records)
