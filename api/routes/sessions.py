"""Sessions: signing in, which registers a device, and refreshing its tokens."""

import logging
import time
from uuid import uuid4

from fastapi import APIRouter

from api import models
from api.authentication import OPEN_CALL, Use
from api.openapi import refused
from api.problems import Problem, unauthenticated
from api.services import Services
from api.signing_out import close_connections
from api.tokens import Bearer, hashed
from infra.stores.devices import NewDevice, Revoked
from infra.stores.faults import StoreUnavailable

log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1/sessions", tags=["sessions"], dependencies=[OPEN_CALL])


@router.post("", status_code=201, summary="Sign in", responses=refused(401))
async def create_session(use: Use, wanted: models.SignIn) -> models.Session:
    """Registers a device. An unknown handle and a wrong password are answered alike, and in the same time."""
    person = await use.accounts.credentials(wanted.handle)
    is_right = await use.passwords.is_right(wanted.password, person.password_hash if person else None)
    if person is None or not is_right:
        raise _wrong()
    device = NewDevice(str(uuid4()), person.user_id, wanted.device_name)
    refresh_token = use.tokens.refresh(device.device_id, _now())
    if not await use.devices.add(device, person.password_hash, hashed(refresh_token)):
        raise _wrong()
    return _session(use, Bearer(person.user_id, device.device_id), refresh_token)


@router.post("/refresh", summary="Refresh a session's tokens", responses=refused(401))
async def refresh_session(use: Use, wanted: models.Refresh) -> models.Session:
    """Rotates the refresh token. The old one works for seconds more; used later, it revokes the device."""
    device_id = use.tokens.read_refresh(wanted.refresh_token)
    if device_id is None:
        raise unauthenticated("the refresh token is not valid")
    refresh_token = use.tokens.refresh(device_id, _now())
    result = await use.devices.rotate(device_id, hashed(wanted.refresh_token), hashed(refresh_token))
    if result is None:
        raise unauthenticated("the device is signed out")
    if isinstance(result, Revoked):
        await _revoked(use, result.user_id, device_id)
        raise unauthenticated("the refresh token was used before: the device is signed out")
    return _session(use, Bearer(result.user_id, device_id), refresh_token)


def _wrong() -> Problem:
    return unauthenticated("the handle or the password is wrong")


def _session(use: Services, bearer: Bearer, refresh_token: str) -> models.Session:
    return models.Session(
        user_id=bearer.user_id,
        device_id=bearer.device_id,
        access_token=use.tokens.access(bearer, _now()),
        refresh_token=refresh_token,
        expires_in=use.tokens.access_seconds,
    )


async def _revoked(use: Services, user_id: str, device_id: str) -> None:
    log.warning("device %s of user %s was revoked: a refresh token was used again", device_id, user_id)
    try:
        await close_connections(use, user_id, {device_id})
    except StoreUnavailable as away:
        log.warning("its sockets were not closed: %s", away)  # the answer is the same: its tokens are refused


def _now() -> int:
    return int(time.time())
