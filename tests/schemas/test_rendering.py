"""What a device is shown of an event."""

import msgspec
from hypothesis import given

from schemas import frames, rendering
from schemas.events import CommandRefused, MessageSent
from tests import strategies
from tests.builders import ALICE, BOB, CONVERSATION, refused, sent

BODY = b'{"kind":"text","text":"Hello"}'


def shown(frame: bytes | msgspec.Raw) -> dict[str, object]:
    return msgspec.json.decode(frame, type=dict[str, object])


class TestMessageSent:
    def test_to_another(self) -> None:
        event = sent(2)
        expected = {
            "type": "MessageSent",
            "conversation_id": CONVERSATION,
            "seq": 2,
            "at": event.at,
            "actor_id": ALICE,
            "message_id": event.message_id,
            "message_number": 2,
            "sender_id": ALICE,
            "body": {"kind": "text", "text": "Hello"},
            "reply_to": None,
            "mentions": [],
            "sent_at": event.at,
        }
        assert expected == shown(rendering.message_sent(event, BODY, to_author=False))

    def test_the_author_gets_the_client_id(self) -> None:
        assert "m2" == shown(rendering.message_sent(sent(2), BODY, to_author=True))["client_id"]

    def test_the_first_of_a_direct_conversation_shows_the_members(self) -> None:
        assert [ALICE, BOB] == shown(rendering.message_sent(sent(1), BODY, to_author=False))["member_ids"]

    def test_without_a_body_where_the_author_was_erased(self) -> None:
        assert shown(rendering.message_sent(sent(), None, to_author=False))["body"] is None

    @given(strategies.messages_sent)
    def test_never_shows_what_is_the_houses_own(self, event: MessageSent) -> None:
        found = shown(rendering.message_sent(event, BODY, to_author=False)).keys()
        assert not found & {"client_id", "origin", "digest", "command_offset", "read_from_seq"}


class TestMessageInTimeline:
    def test_shows_what_became_of_it(self) -> None:
        live = shown(rendering.message_sent(sent(2), BODY, to_author=True))
        later: dict[str, object] = {"edited_at": None, "is_deleted": False, "reactions": []}
        assert live | later == shown(rendering.message_in_timeline(sent(2), BODY, to_author=True))


class TestCommandRefused:
    @given(strategies.commands_refused)
    def test_says_why(self, event: CommandRefused) -> None:
        told = msgspec.json.decode(rendering.command_refused(event), type=frames.CommandRefused)
        assert (event.client_id, event.reason, event.detail) == (told.client_id, told.reason, told.detail)

    def test_names_the_command(self) -> None:
        assert "SendMessage" == shown(rendering.command_refused(refused()))["command"]
