"""Blocks: no direct messages and no presence, either way."""

import asyncio
import time

from fastapi import APIRouter

from api import models
from api.authentication import Caller, Use
from api.commanding import set_block
from api.openapi import refused
from api.paths import PathId
from api.problems import Problem, unavailable
from api.services import Services
from api.tokens import Bearer

# The log has it at once; who is shown whose presence follows the view.
VIEW_SECONDS, LOOK_AGAIN_SECONDS = 3.0, 0.02

router = APIRouter(prefix="/v1/blocks", tags=["blocks"])


@router.get("", summary="List whom one blocks")
async def list_blocks(use: Use, caller: Caller) -> models.Blocks:
    return models.Blocks(user_ids=await use.inbox.blocked(caller.user_id))


@router.put("/{user_id}", status_code=204, summary="Block somebody", responses=refused(403, 404))
async def put_block(use: Use, caller: Caller, user_id: PathId) -> None:
    """In force when this returns, also for messages that are on their way. Doing it again changes nothing."""
    await _set(use, caller, user_id, is_blocked=True)


@router.delete("/{user_id}", status_code=204, summary="Block somebody no longer", responses=refused(403, 404))
async def delete_block(use: Use, caller: Caller, user_id: PathId) -> None:
    await _set(use, caller, user_id, is_blocked=False)


async def _set(use: Services, caller: Bearer, user_id: str, *, is_blocked: bool) -> None:
    if user_id == caller.user_id:
        raise Problem("forbidden", "nobody blocks oneself")
    if not await use.users.are_known([user_id]):
        raise Problem("not-found", "there is no such user")
    await set_block(use, caller, user_id, is_blocked=is_blocked)
    deadline = time.monotonic() + VIEW_SECONDS
    while (user_id in await use.inbox.blocked(caller.user_id)) != is_blocked:
        if time.monotonic() > deadline:
            raise unavailable("messages are blocked; presence follows in a moment")
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    await use.watchers.tell([caller.user_id, user_id])
