"""Devices: where one is signed in, and signing out."""

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
