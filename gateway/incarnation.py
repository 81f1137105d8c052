"""The gateway's life on its Redis stream: it reads, it checks, and if the stream is lost it begins a new incarnation.

A new incarnation closes all sockets of the old one (4002): their frames may be missing. They come back with cursors.
"""

import asyncio
import logging
import secrets

from gateway.registry import Registry
from gateway.session import CloseCode
from infra.stores.cache import Redis
from infra.stores.faults import StoreUnavailable, until_available
from infra.stores.outbound_streams import OutboundStream, StreamLost
from schemas.outbound import stream_name

log = logging.getLogger(__name__)

CHECK_SECONDS = 0.25


class Incarnation:
    """`name` is None while there is no stream: then nobody can be served."""

    def __init__(self, redis: Redis, gateway: str, registry: Registry, close_seconds: float) -> None:
        self._redis = redis
        self._gateway = gateway
        self._registry = registry
        self._close_seconds = close_seconds
        self.name: str | None = None

    async def live(self) -> None:
        """Read the stream for ever, incarnation after incarnation."""
        while True:
            name = secrets.token_hex(6)
            stream = OutboundStream(self._redis, stream_name(self._gateway, name))
            await until_available(stream.create, "the gateway's stream")
            self.name = name
            log.info("%s lives as %s", self._gateway, name)
            try:
                await self._read(stream)
            except (StreamLost, StoreUnavailable) as lost:
                log.warning("the stream is lost, sockets are closed: %s", lost)
            await stream.close()
            self.name = None
            await self._registry.close_all(CloseCode.STREAM_LOST, "stream lost", self._close_seconds)

    async def _read(self, stream: OutboundStream) -> None:
        loop = asyncio.get_running_loop()
        checked_at = loop.time()
        while True:
            self._registry.dispatch(await stream.read(CHECK_SECONDS))
            if loop.time() - checked_at >= CHECK_SECONDS:
                self._registry.dispatch(await stream.check())
                checked_at = loop.time()
