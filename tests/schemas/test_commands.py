"""Commands as the log keeps them."""

import msgspec

from schemas.codec import decode_command, encode
from tests.builders import BOB, ORIGIN, send


class TestSendMessage:
    def test_is_tagged_by_its_type(self) -> None:
        assert encode(send()).startswith(b'{"type":"SendMessage",')

    def test_leaves_out_what_is_not_there(self) -> None:
        fields = msgspec.json.decode(encode(send()), type=dict[str, object])
        assert not fields.keys() & {"to_user_id", "reply_to", "mentions"}

    def test_names_the_other_person(self) -> None:
        assert BOB == decode_command(encode(send(to_user_id=BOB))).to_user_id


class TestOrigin:
    def test_is_a_short_list(self) -> None:
        assert b'["gateway-1","1a2b3c","connection-1"]' == encode(ORIGIN)
