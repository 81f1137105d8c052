"""Accounts: signing up."""

from contextlib import suppress
from uuid import uuid4

from fastapi import APIRouter

from api import models
from api.announcing import announce
from api.authentication import OPEN_CALL, Use
from api.openapi import refused
from api.problems import Problem
from infra.stores.accounts import NewAccount
from infra.stores.faults import StoreUnavailable
from schemas.sealing import new_data_key

router = APIRouter(prefix="/v1/accounts", tags=["accounts"])
TAKEN = "the handle is taken"


@router.post("", status_code=201, dependencies=[OPEN_CALL], summary="Sign up", responses=refused(409))
async def create_account(use: Use, wanted: models.NewAccount) -> models.User:
    """Makes an account; it does not sign in. 409 if the handle is taken."""
    # Before the password is hashed, which costs more; in this order, for an erasure moves a handle to the reserved.
    if await use.accounts.is_taken(wanted.handle) or await use.erasures.is_reserved(wanted.handle):
        raise Problem("conflict", TAKEN)
    user_id = str(uuid4())
    created = await use.accounts.create(
        NewAccount(
            user_id=user_id,
            handle=wanted.handle,
            display_name=wanted.display_name,
            password_hash=await use.passwords.hash(wanted.password),
            wrapped_key=new_data_key(use.settings.master_key_bytes(), user_id),
        )
    )
    if created is None:
        raise Problem("conflict", TAKEN)
    with suppress(StoreUnavailable):  # the account exists; api/chores.py tells the log of it later
        await announce(use, created)
    return models.User(user_id=user_id, handle=wanted.handle, display_name=wanted.display_name)
