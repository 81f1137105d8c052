"""Announcing: an account that was made, or erased, becomes a fact in the log. Doing it twice says the same twice."""

from api.services import Services
from infra.stores.accounts import Created
from infra.stores.erasures import Asked
from schemas import envelope
from schemas.accounts import AccountCreated
from schemas.codec import encode
from schemas.times import timestamp
from schemas.topics import ACCOUNT_EVENTS


async def announce(services: Services, created: Created) -> None:
    """Raises StoreUnavailable; then the chore does it later (api/chores.py)."""
    at = timestamp(round(created.created_at.timestamp() * 1000))
    event = AccountCreated(user_id=created.user_id, at=at)
    headers = envelope.headers(
        event, id_=created.user_id, source="api", subject=created.user_id, at=at, trace=envelope.new_trace()
    )
    await services.appender.append(ACCOUNT_EVENTS.name, encode(event), key=created.user_id, headers=headers)
    await services.accounts.mark_announced(created.user_id)


async def announce_erasure(services: Services, asked: Asked) -> None:
    """Raises StoreUnavailable; then the chore does it later (api/chores.py)."""
    await services.erasures.announce(services.appender, asked, "api")
