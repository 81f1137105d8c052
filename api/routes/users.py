"""Users: public profiles, and one's own."""

import asyncio
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query

from api import models
from api.announcing import announce_erasure
from api.authentication import SIGNED_IN, Caller, Use
from api.openapi import refused
from api.paths import PathId
from api.problems import Problem, unauthenticated, unavailable
from api.services import Services
from api.signing_out import close_connections_patiently
from infra.stores.faults import StoreUnavailable
from infra.stores.forgetting import FORGET_SECONDS
from infra.stores.privacy import FRESH_SECONDS
from schemas.ids import is_id

router = APIRouter(prefix="/v1/users", tags=["users"])
IDS_MAX = 200
ERASED_SECONDS_MAX = 3.0
LOOK_SECONDS = 0.05


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
    return models.Users(users=[models.Profile.of(one) for one in found])


@router.get("/me", summary="One's own profile")
async def get_me(use: Use, caller: Caller) -> models.Me:
    return await _me(use, caller.user_id)


@router.patch("/me", summary="Change one's own profile and privacy")
async def change_me(use: Use, caller: Caller, change: models.ProfileChange) -> models.Me:
    """What it says of read receipts is in force everywhere when this returns. `avatar_media_id`: an image that is
    ready and one's own; null takes it away."""
    changed = change.model_fields_set
    if "avatar_media_id" in changed:
        await _set_avatar(use, caller.user_id, change.avatar_media_id)
    if "display_name" in changed:
        await use.accounts.rename(caller.user_id, change.display_name)
    if "read_receipts" in changed:
        await use.privacy.change(caller.user_id, read_receipts=change.read_receipts)
        await asyncio.sleep(FRESH_SECONDS)  # until no gateway remembers what held before
    if "last_seen_visibility" in changed:
        await use.privacy.change(caller.user_id, last_seen_visibility=change.last_seen_visibility)
        await use.watchers.tell([caller.user_id])
    return await _me(use, caller.user_id)


@router.put("/me/password", status_code=204, summary="Change one's password", responses=refused(403, 409, 429))
async def change_password(use: Use, caller: Caller, change: models.PasswordChange) -> None:
    """Signs one's other devices out. 403 if `password` is not the one so far."""
    use.limits.open_call(caller.user_id)  # passwords may be guessed here too
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


@router.delete("/me", status_code=204, summary="Erase one's account", responses=refused(403, 409, 429))
async def erase_me(use: Use, caller: Caller, erasure: models.Erasure) -> None:
    """For good. 403 if the password is wrong. Signs all devices out (4503); what one wrote shows no body to anybody any
    more, normally when this returns."""
    use.limits.open_call(caller.user_id)  # passwords may be guessed here too
    known = await use.accounts.credentials_of(caller.user_id)
    if known is None:
        raise unauthenticated("the account is gone")
    if not await use.passwords.is_right(erasure.password, known.password_hash):
        raise Problem("forbidden", "the password is wrong")
    asked = await use.erasures.ask(caller.user_id, known)
    if asked is None:
        raise Problem("conflict", "the password was changed from elsewhere meanwhile")
    with suppress(StoreUnavailable):  # nothing stops it any more; what was not done yet is done later
        await announce_erasure(use, asked)
        await _forgotten(use, caller.user_id)


@router.get("/{user_id}/presence", summary="Whether somebody is online, or was last seen when")
async def get_presence(use: Use, caller: Caller, user_id: PathId) -> models.Presence:
    """Both null where the person hides it from the caller, or one of the two blocks the other."""
    if not await use.users.are_known([user_id]):
        raise Problem("not-found")
    if not await use.acquaintance.visible([(caller.user_id, user_id)]):
        return models.Presence(user_id=user_id, is_online=None, last_seen_at=None)
    found = (await use.presences.read([user_id]))[user_id]
    return models.Presence(user_id=user_id, is_online=found.is_online, last_seen_at=found.last_seen_at)


@router.get("/{user_id}", summary="A public profile", dependencies=[SIGNED_IN])
async def get_user(use: Use, user_id: PathId) -> models.Profile:
    return await _profile(use, user_id)


async def _forgotten(use: Services, user_id: str) -> None:
    """Wait until the person's key is gone and no process remembers it, unless that takes long. Raises
    StoreUnavailable."""
    with suppress(TimeoutError):
        async with asyncio.timeout(ERASED_SECONDS_MAX):
            while not await use.erasures.is_cleared(user_id):  # noqa: ASYNC110 — another process clears it
                await asyncio.sleep(LOOK_SECONDS)
    await asyncio.sleep(2 * FORGET_SECONDS)  # until each has looked, and had its answer


async def _profile(use: Use, user_id: str) -> models.Profile:
    profile = await use.accounts.profile(user_id)
    if profile is None:
        raise Problem("not-found")
    return models.Profile.of(profile)


async def _me(use: Services, user_id: str) -> models.Me:
    profile, privacy = await use.accounts.profile(user_id), await use.privacy.settings(user_id)
    if profile is None or privacy is None:
        raise Problem("not-found")
    return models.Me(
        user_id=profile.user_id,
        handle=profile.handle,
        display_name=profile.display_name,
        avatar_media_id=profile.avatar_media_id,
        read_receipts=privacy.read_receipts,
        last_seen_visibility=privacy.last_seen_visibility,
    )


async def _set_avatar(use: Services, user_id: str, media_id: str | None) -> None:
    if media_id is not None and not await use.media.may_be_avatar(user_id, media_id):
        raise Problem("media-not-ready", "avatar_media_id: an image that is ready and one's own")
    await use.accounts.set_avatar(user_id, media_id)


def _ids(text: str) -> list[str]:
    ids = text.split(",")
    if not all(map(is_id, ids)):
        raise Problem("malformed", "ids: UUIDs with commas between them")
    if len(ids) > IDS_MAX:
        raise Problem("invalid", f"ids: at most {IDS_MAX}")
    return ids
