"""Work beside the requests: tasks that run as long as the process. One that fails ends the process."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from infra.stores.ending import end

log = logging.getLogger(__name__)


class Background:
    def __init__(self, on_fault: Callable[[], None]) -> None:
        self._on_fault = on_fault
        self._tasks: list[asyncio.Task[Any]] = []

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    async def stop(self) -> None:
        await end(self._tasks)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.critical("%s failed", task.get_name(), exc_info=fault)
            self._on_fault()
