"""Events of accounts, keyed by user. Names, handles and pictures are in PostgreSQL only, never in the log."""

from msgspec import Struct

from schemas.ids import Id
from schemas.times import Timestamp


class AccountEvent(Struct, frozen=True, kw_only=True, tag_field="type"):
    user_id: Id
    at: Timestamp


class AccountCreated(AccountEvent, frozen=True, kw_only=True, tag=True):
    pass


class AccountErased(AccountEvent, frozen=True, kw_only=True, tag=True):
    """The person asked for it at `at`. For good: their data key goes, and with it all that they wrote."""


AnyAccountEvent = AccountCreated | AccountErased
