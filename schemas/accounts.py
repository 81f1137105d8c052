"""Events of accounts, keyed by user. Names, handles and pictures are in PostgreSQL only, never in the log."""

from msgspec import Struct

from schemas.ids import Id
from schemas.times import Timestamp


class AccountCreated(Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    user_id: Id
    at: Timestamp


AnyAccountEvent = AccountCreated
