"""The reasons are those of the protocol, no more and no fewer."""

from typing import get_args

from schemas.door import DETAILS
from schemas.reasons import Reason

PROTOCOL = """not-a-member not-found not-an-admin not-the-author not-allowed blocked too-late too-many-members
already-a-member conflict media-not-ready beyond-head empty too-long too-many unknown-user"""


class TestReason:
    def test_the_closed_set(self) -> None:
        assert PROTOCOL.split() == list(get_args(Reason))

    def test_the_door_explains_only_reasons(self) -> None:
        assert DETAILS.keys() <= set(get_args(Reason))
