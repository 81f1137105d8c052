"""Events of accounts: who and when, and nothing that names a person."""

import msgspec
from hypothesis import given

from schemas.accounts import AnyAccountEvent
from schemas.codec import encode
from tests import strategies


class TestAccountEvents:
    @given(strategies.any_account_event)
    def test_says_no_more_than_who_and_when(self, event: AnyAccountEvent) -> None:
        fields = msgspec.json.decode(encode(event), type=dict[str, str])
        assert {"type": type(event).__name__, "user_id": event.user_id, "at": event.at} == fields
