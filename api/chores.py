"""Chores: what is seen to now and then, whatever requests come."""

import asyncio
import logging

from api.announcing import announce, announce_erasure
from api.services import Services
from infra.stores.faults import StoreUnavailable, until_available
from infra.stores.media_garbage import MediaGarbage

log = logging.getLogger(__name__)

ANNOUNCE_EVERY_SECONDS = 10.0
ANNOUNCE_AT_ONCE = 500
EXPIRE_EVERY_SECONDS = 3600.0


async def announce_accounts(services: Services) -> None:
    """Append AccountCreated and AccountErased for accounts whose request did not come so far."""
    while True:
        await asyncio.sleep(ANNOUNCE_EVERY_SECONDS)
        try:
            for created in await services.accounts.unannounced(ANNOUNCE_EVERY_SECONDS, ANNOUNCE_AT_ONCE):
                await announce(services, created)
            for asked in await services.erasures.unannounced(ANNOUNCE_EVERY_SECONDS, ANNOUNCE_AT_ONCE):
                await announce_erasure(services, asked)
        except StoreUnavailable as away:
            log.warning("announcing accounts: %s", away)


async def expire_devices(services: Services) -> None:
    """Sign out devices whose refresh tokens have all expired."""
    while True:
        count = await until_available(services.devices.expire, "expiring devices")
        if count:
            log.info("%d devices expired", count)
        await asyncio.sleep(EXPIRE_EVERY_SECONDS)


async def collect_media_garbage(services: Services) -> None:
    """Delete uploads and media that nobody needs any more. Several processes may do so at once."""
    settings = services.settings
    garbage = MediaGarbage(
        services.postgres,
        services.objects,
        services.object_settings,
        grace_seconds=settings.media_garbage_grace_seconds,
    )
    while True:
        await asyncio.sleep(settings.media_garbage_every_seconds)
        try:
            rows = await garbage.forget()
            sizes = [one.size async for one in garbage.collect()]
        except StoreUnavailable as away:
            log.warning("garbage of media: %s", away)
        else:
            log.info("garbage of media: %d rows, %d objects of %d bytes", rows, len(sizes), sum(sizes))
