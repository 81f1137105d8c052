"""Users: public profiles, and one's own."""

from typing import Annotated

from fastapi import APIRouter, Query

from api import models
from api.authentication import SIGNED_IN, Caller, Use
from api.openapi import refused
from api.paths import PathId
from api.problems import Problem, unauthenticated, unavailable
from api.signing_out import close_connections_patiently
from schemas.ids import is_id

router = APIRouter(prefix="/v1/users", tags=["users"])
IDS_MAX = 200


@router.get("", summary="Find people by handle or ids", dependencies=[SIGNED_IN])
async def list_users(
    use: Use,
    handle: str | None = None,
    ids: Annotated[str | None, Query(description="a,b,…")] = None,
) -> models.Users:
    """By `handle`, or by `ids` with commas between them (at most 200). Who does not exist is left out."""
    if (handle is None) == (ids is None):
        raise Problem("malformed", "either handle or ids is needed")
    if handle is not None:
        if "\0" in handle:
            raise Problem("malformed", "U+0000 is not allowed")
        found = await use.accounts.profiles_by_handle(handle)
    else:
        found = await use.accounts.profiles(_ids(ids or ""))
    return models.Users(users=[models.User.of(one) for one in found])


@router.get("/me", summary="One's own profile")
async def get_me(use: Use, caller: Caller) -> models.User:
    return await _profile(use, caller.user_id)


@router.patch("/me", summary="Change one's own profile")
async def change_me(use: Use, caller: Caller, change: models.ProfileChange) -> models.User:
    if "display_name" in change.model_fields_set:
        await use.accounts.rename(caller.user_id, change.display_name)
    return await _profile(use, caller.user_id)


@router.put("/me/password", status_code=204, summary="Change one's password", responses=refused(403, 409, 429))
async def change_password(use: Use, caller: Caller, change: models.PasswordChange) -> None:
    """Signs one's other devices out. 403 if `password` is not the one so far."""
    use.limits.open_calls.enforce(caller.user_id)  # passwords may be guessed here too
    await use.connections.read([caller.user_id])  # before anything is done: without Redis no socket can be closed
    old = await use.accounts.credentials_of(caller.user_id)
    if old is None:
        raise unauthenticated("the account is gone")
    if not await use.passwords.is_right(change.password, old.password_hash):
        raise Problem("forbidden", "the password is wrong")
    new_hash = await use.passwords.hash(change.new_password)
    signed_out = await use.accounts.change_password(old, new_hash, caller.device_id)
    if signed_out is None:
        raise Problem("conflict", "the password was changed from elsewhere meanwhile")
    try:
        await close_connections_patiently(use, caller.user_id, signed_out)
    except TimeoutError:
        raise unavailable("the password is changed, but some sockets could not be closed yet") from None


@router.get("/{user_id}", summary="A public profile", dependencies=[SIGNED_IN])
async def get_user(use: Use, user_id: PathId) -> models.User:
    return await _profile(use, user_id)


async def _profile(use: Use, user_id: str) -> models.User:
    profile = await use.accounts.profile(user_id)
    if profile is None:
        raise Problem("not-found")
    return models.User.of(profile)


def _ids(text: str) -> list[str]:
    ids = text.split(",")
    if not all(map(is_id, ids)):
        raise Problem("malformed", "ids: UUIDs with commas between them")
    if len(ids) > IDS_MAX:
        raise Problem("invalid", f"ids: at most {IDS_MAX}")
    return ids
