"""Which tickets were used: remembered in Redis for as long as one could be valid, so that each opens one socket."""

from redis.asyncio import Redis

from infra.stores.cache import available
from schemas.tickets import LIFE_SECONDS, Ticket


async def use(redis: Redis, ticket: Ticket) -> bool:
    """Use a ticket; False if it was used before. Raises StoreUnavailable."""
    with available():
        return bool(await redis.set(f"ticket:{ticket.nonce}", b"", ex=LIFE_SECONDS + 1, nx=True))
