"""Many connections at once: opened with bounded concurrency, kept alive by one wheel, closed together."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence

from picows import WSError, ws_connect

from tests.bench.connection import NOTHING, Connection, Copy, OnFrame, Refused
from tests.bench.heartbeat import HeartbeatWheel
from tests.bench.users import BenchUser

SUBPROTOCOL = {"Sec-WebSocket-Protocol": "backchannel.v1"}
# Gateways admit storms at a bounded rate: come back, with jitter, as a client would.
ATTEMPTS = 40
COME_BACK = frozenset({1001, 1005, 1006, 1012, 1013, *range(4000, 4500)})
SYNC_TIMEOUT_SECONDS = 60.0
# A buffer for each of 10,000 sockets: it grows by itself where frames are larger.
READ_BUFFER_BYTES = 4096


def _unknown(index: int, payload: bytes, arrived_ns: int) -> bool:
    return False


class Fleet:
    """The sockets of one measure. `on_frame` is set by whoever sends."""

    def __init__(self, url: str, heartbeat_seconds: float | None = None) -> None:
        self.connections: list[Connection] = []
        self.on_frame: OnFrame = _unknown
        self.faults: Counter[str] = Counter()
        self.heartbeat_seconds = heartbeat_seconds or 0.0
        self._url = url
        self._wheel: HeartbeatWheel | None = None

    async def open(
        self,
        users: Sequence[BenchUser],
        *,
        concurrency: int = 48,
        copies: Sequence[Copy] | None = None,
        urls: Sequence[str] | None = None,
    ) -> None:
        """Adds a synced connection for each user, in their order; `copies` are what their devices have already.

        `urls` are where each connects, if not where all do.
        """
        gate = asyncio.Semaphore(concurrency)
        first = len(self.connections)

        async def open_one(index: int, user: BenchUser, has: Copy, url: str) -> Connection:
            async with gate:
                connection = await self._connect(index, user, has, url)
                self._keep_alive(connection)
                return connection

        each = zip(users, copies or [NOTHING] * len(users), urls or [self._url] * len(users), strict=True)
        opening = (open_one(first + offset, user, has, url) for offset, (user, has, url) in enumerate(each))
        self.connections += await asyncio.gather(*opening)

    async def close(self) -> None:
        if self._wheel is not None:
            self._wheel.stop()
        for number, connection in enumerate(self.connections):
            connection.close()
            if number % 100 == 0:
                await asyncio.sleep(0)
        self.connections.clear()

    async def _connect(self, index: int, user: BenchUser, has: Copy, url: str) -> Connection:
        for attempt in range(ATTEMPTS):
            try:
                return await self._try(index, user, has, url)
            except Refused as refused:
                if refused.code not in COME_BACK:
                    raise
                self.faults[f"refused {refused.code}, came back"] += 1
            except (OSError, WSError, TimeoutError) as error:
                self.faults[f"{type(error).__name__}, came back"] += 1
            await asyncio.sleep(random.uniform(0.1, 0.2) * min(attempt + 1, 10))
        raise ConnectionError(f"no connection to {url} after {ATTEMPTS} attempts: {dict(self.faults)}")

    async def _try(self, index: int, user: BenchUser, has: Copy, url: str) -> Connection:
        ticket = await user.ticket()
        connection = Connection(index, ticket, self._frame, self._fault, has)
        await ws_connect(
            lambda: connection,
            url,
            extra_headers=SUBPROTOCOL,
            websocket_handshake_timeout=30,
            read_buffer_init_size=READ_BUFFER_BYTES,
        )
        try:
            await asyncio.wait_for(asyncio.shield(connection.synced), SYNC_TIMEOUT_SECONDS)
        except BaseException:
            connection.close()
            raise
        return connection

    def _frame(self, index: int, payload: bytes, arrived_ns: int) -> bool:
        return self.on_frame(index, payload, arrived_ns)

    def _fault(self, what: str) -> None:
        self.faults[what] += 1

    def _keep_alive(self, connection: Connection) -> None:
        if self._wheel is None:
            self.heartbeat_seconds = self.heartbeat_seconds or connection.heartbeat_seconds
            self._wheel = HeartbeatWheel(self.heartbeat_seconds)
            self._wheel.start()
        self._wheel.add(connection)
