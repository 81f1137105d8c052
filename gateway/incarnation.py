"""The gateway's life: it holds a lease, reads its Redis stream and checks both; if one is lost it begins anew.

A new incarnation closes all sockets of the old one: their frames may be missing (4002), or others may hold them for
dead (4004). They come back with cursors.
"""

import asyncio
import logging
import secrets
from collections.abc import Coroutine
from typing import Any

from gateway.announcing import Announcing
from gateway.lease import Lapsed, Lease
from gateway.registry import Registry
from infra.stores.cache import Redis
from infra.stores.ending import end
from infra.stores.faults import StoreUnavailable, until_available
from infra.stores.outbound_streams import OutboundStream, StreamLost
from schemas.close_codes import CloseCode
from schemas.outbound import stream_name

log = logging.getLogger(__name__)

CHECK_SECONDS = 0.25
CANCEL_SECONDS = 0.05
LAPSED_CLOSE_SECONDS = 0.1  # before the judge calls it dead


class Incarnation:
    """`name` is None while there is no stream or no lease: then nobody can be served."""

    def __init__(
        self,
        redis: Redis,
        gateway: str,
        registry: Registry,
        *,
        lease: Lease,
        announcing: Announcing,
        close_seconds: float,
    ) -> None:
        self._redis = redis
        self._gateway = gateway
        self._registry = registry
        self._lease = lease
        self._announcing = announcing
        self._close_seconds = close_seconds
        self.name: str | None = None

    @property
    def stream(self) -> str | None:
        return None if self.name is None else stream_name(self._gateway, self.name)

    async def live(self) -> None:
        """For ever, incarnation after incarnation."""
        while True:
            name = secrets.token_hex(6)
            stream = OutboundStream(self._redis, stream_name(self._gateway, name))
            await until_available(stream.create, "the gateway's stream")
            await until_available(lambda name=name: self._lease.begin(name), "the gateway's lease")  # type: ignore[misc]
            self.name = name
            log.info("%s lives as %s", self._gateway, name)
            code, seconds = CloseCode.STREAM_LOST, self._close_seconds
            try:
                await _until_one_ends(self._read(stream), self._lease.hold(name), self._announcing.run(name))
            except Lapsed as lapsed:
                log.warning("the lease has lapsed, sockets are closed: %s", lapsed)
            except (StreamLost, StoreUnavailable) as lost:
                log.warning("the stream is lost, sockets are closed: %s", lost)
            if self._lease.has_lapsed:  # after a pause the stream may be found silent a moment before
                code, seconds = CloseCode.OVERLOADED, LAPSED_CLOSE_SECONDS
            self.name = None
            await stream.close()
            await self._registry.close_all(code, "begin anew", seconds)

    async def _read(self, stream: OutboundStream) -> None:
        loop = asyncio.get_running_loop()
        checked_at = loop.time()
        while True:
            self._registry.dispatch(await stream.read(CHECK_SECONDS))
            if loop.time() - checked_at >= CHECK_SECONDS:
                self._registry.dispatch(await stream.check())
                checked_at = loop.time()


async def _until_one_ends(*works: Coroutine[Any, Any, None]) -> None:
    """Run them together until the first ends, which it does by raising; its fault goes up."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end(tasks, CANCEL_SECONDS)
    for task in done:
        task.result()
