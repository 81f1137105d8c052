"""Signing out: the sockets of devices that are no longer signed in are closed, wherever they are.

The device's row must be gone before. A gateway looks for the row after it has announced a connection, so a
device that is signed out while it connects is seen by one of the two.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection

from api.services import Services
from infra.stores.faults import until_available
from infra.stores.outbound_streams import publish
from schemas.close_codes import CloseCode, payload
from schemas.outbound import Item, Kind, stream_name

PATIENCE_SECONDS = 3.0


async def close_connections(use: Services, user_id: str, device_ids: Collection[str]) -> int:
    """Close the devices' sockets; how many they were. Raises StoreUnavailable."""
    (found,) = await use.connections.read([user_id])
    items: dict[str, list[Item]] = defaultdict(list)
    for one in found.connections if found else ():
        if one.device_id in device_ids:
            item = Item(Kind.CLOSE, (one.connection,), payload(CloseCode.SIGNED_OUT))
            items[stream_name(one.gateway, one.incarnation)].append(item)
    if items:
        await publish(use.line, items)
    return sum(map(len, items.values()))


async def close_connections_patiently(use: Services, user_id: str, device_ids: Collection[str]) -> int:
    """The same, bearing with a cache that is away for a moment. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await until_available(lambda: close_connections(use, user_id, device_ids), "closing sockets")
