"""What is asked of push providers, as the log keeps it: no token, and no text unless it is asked for."""

from schemas.codec import encode
from tests.builders import push_requested, token_retired


class TestPushRequested:
    def test_is_tagged_by_its_type(self) -> None:
        assert encode(push_requested()).startswith(b'{"type":"PushRequested",')

    def test_has_no_text_unless_asked_for(self) -> None:
        assert b"body" not in encode(push_requested())


class TestTokenRetired:
    def test_names_the_token_by_a_hash(self) -> None:
        assert b'"token_hash":"aGFzaA=="' in encode(token_retired())
