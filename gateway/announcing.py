"""Announcing: once a second the gateway says in Redis where clients find it, and when its connections were heard."""

import asyncio
import logging
from contextlib import suppress

from gateway.registry import Registry
from gateway.settings import GatewaySettings
from infra.stores.faults import StoreUnavailable
from infra.stores.live_gateways import LiveGateway, LiveGateways

log = logging.getLogger(__name__)

EVERY_SECONDS = 1.0


class Announcing:
    def __init__(self, settings: GatewaySettings, registry: Registry, gateways: LiveGateways) -> None:
        self._name = settings.gateway_name
        self._url = settings.url
        self._registry = registry
        self._gateways = gateways
        self._is_leaving = False

    async def run(self, incarnation: str) -> None:
        """Until cancelled. That Redis is away is noticed by whoever reads the stream."""
        while True:
            with suppress(StoreUnavailable):
                if not self._is_leaving:
                    await self._say(incarnation)
            await asyncio.sleep(EVERY_SECONDS)

    async def leave(self) -> None:
        """The gateway takes no more connections."""
        self._is_leaving = True
        with suppress(StoreUnavailable):
            await self._gateways.leave(self._name)

    async def _say(self, incarnation: str) -> None:
        heard = {one.id: one.heard_ms() for one in self._registry if one.actor is not None}
        await self._gateways.say(LiveGateway(self._name, self._url, len(self._registry)), incarnation, heard)
