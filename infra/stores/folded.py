"""Whether a view has folded what the log held a moment ago: who finds nothing in it must not take that for a no."""

from collections.abc import Callable, Sequence

from infra.stores.log_ends import LogEnds, Offsets
from infra.stores.view import View
from schemas.topics import CONVERSATION_EVENTS


class Folded:
    """`views`: those that are read. Asked of the broker, which is slow: only where it matters."""

    def __init__(self, ends: LogEnds, views: Callable[[], Sequence[View]]) -> None:
        self._ends = ends
        self._views = views

    async def ends(self) -> Offsets:
        """What the log holds now. Raises StoreUnavailable."""
        return await self._ends.ends(CONVERSATION_EVENTS)

    async def has_passed(self, ends: Offsets) -> bool:
        """Whether all before these offsets is in the views, and has been committed. Raises StoreUnavailable."""
        for view in self._views():
            committed = await self._ends.committed(view.group, CONVERSATION_EVENTS)
            if any(committed.get(partition, 0) < end for partition, end in ends.items()):
                return False
        return True
