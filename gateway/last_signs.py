"""When devices were last heard, written down once their sockets are gone: what came later, they may have missed."""

import asyncio
import logging
from datetime import UTC, datetime

from gateway.connection import Connection
from infra.stores.faults import StoreUnavailable
from infra.stores.users import Users

log = logging.getLogger(__name__)

WINDOW_SECONDS = 0.5


class LastSigns:
    """Gathered for a moment. One that is lost costs its device nothing but receipts that it is told again."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._gathered: dict[str, datetime] = {}
        self._arrived = asyncio.Event()

    def gone(self, connection: Connection) -> None:
        if connection.actor is None:
            return
        self._gathered[connection.actor.device_id] = datetime.fromtimestamp(connection.heard_ms() / 1000, UTC)
        self._arrived.set()

    async def run(self) -> None:
        """Write what was gathered, window after window."""
        while True:
            await self._arrived.wait()
            await asyncio.sleep(WINDOW_SECONDS)
            self._arrived.clear()
            gathered, self._gathered = self._gathered, {}
            try:
                await self._users.saw(gathered)
            except StoreUnavailable as away:
                log.warning("%d last signs are not written: %s", len(gathered), away)
