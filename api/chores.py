"""Chores: what is seen to now and then, whatever requests come."""

import asyncio
import logging

from api.announcing import announce
from api.services import Services
from infra.stores.faults import StoreUnavailable, until_available

log = logging.getLogger(__name__)

ANNOUNCE_EVERY_SECONDS = 10.0
ANNOUNCE_AT_ONCE = 500
EXPIRE_EVERY_SECONDS = 3600.0


async def announce_accounts(services: Services) -> None:
    """Append AccountCreated for accounts whose request did not come so far."""
    while True:
        await asyncio.sleep(ANNOUNCE_EVERY_SECONDS)
        try:
            for created in await services.accounts.unannounced(ANNOUNCE_EVERY_SECONDS, ANNOUNCE_AT_ONCE):
                await announce(services, created)
        except StoreUnavailable as away:
            log.warning("announcing accounts: %s", away)


async def expire_devices(services: Services) -> None:
    """Sign out devices whose refresh tokens have all expired."""
    while True:
        count = await until_available(services.devices.expire, "expiring devices")
        if count:
            log.info("%d devices expired", count)
        await asyncio.sleep(EXPIRE_EVERY_SECONDS)
