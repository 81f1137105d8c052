"""Signals as the log keeps them for an hour."""

from schemas.codec import decode_signal, encode
from tests.builders import ALICE, CONVERSATION, typing


class TestTypingChanged:
    def test_is_tagged_by_its_type(self) -> None:
        assert encode(typing()).startswith(b'{"type":"TypingChanged",')

    def test_says_who_and_where(self) -> None:
        found = decode_signal(encode(typing(is_typing=False)))
        assert (ALICE, CONVERSATION, False) == (found.user_id, found.conversation_id, found.is_typing)
