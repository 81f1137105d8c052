"""Devices: where one is signed in, signing out, and push tokens."""

from fastapi import APIRouter

from api import models
from api.authentication import Caller, Use
from api.paths import PathId
from api.problems import Problem, unavailable
from api.signing_out import close_connections_patiently

router = APIRouter(prefix="/v1/devices", tags=["devices"])


@router.get("", summary="List one's devices")
async def list_devices(use: Use, caller: Caller) -> models.Devices:
    found = await use.devices.of_user(caller.user_id)
    return models.Devices(devices=[models.Device.of(one, caller.device_id) for one in found])


@router.delete("/{device_id}", status_code=204, summary="Sign a device out")
async def delete_device(use: Use, caller: Caller, device_id: PathId) -> None:
    """Its tokens are refused at once, and its socket closes (4503)."""
    await use.connections.read([caller.user_id])  # before anything is done: without Redis no socket can be closed
    was_signed_in = await use.devices.remove(caller.user_id, device_id)
    try:
        closed = await close_connections_patiently(use, caller.user_id, {device_id})
    except TimeoutError:
        raise unavailable("the device is signed out, but its socket could not be closed yet") from None
    if not was_signed_in and not closed:
        raise Problem("not-found")


@router.put("/{device_id}/push-token", status_code=204, summary="Register a device's push token")
async def put_push_token(use: Use, caller: Caller, device_id: PathId, body: models.PushToken) -> None:
    """In place of the device's one so far. A token that another device had moves here."""
    if not await use.push_tokens.put(caller.user_id, device_id, body.provider, body.token):
        raise Problem("not-found")


@router.delete("/{device_id}/push-token", status_code=204, summary="Drop a device's push token")
async def delete_push_token(use: Use, caller: Caller, device_id: PathId) -> None:
    """Nothing is pushed to it any more; harmless where there was none."""
    if not await use.push_tokens.drop(caller.user_id, device_id):
        raise Problem("not-found")
