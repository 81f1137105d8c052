"""What the agents of all views have in common: idempotent rows, written batch by batch, far from the hot road."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from schemas.topics import Topic
from streams.runtime.batches import Batches
from streams.runtime.records import Run
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
