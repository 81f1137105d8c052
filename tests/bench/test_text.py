"""The byte search finds in every order of fields what a JSON parser would find."""

import json

import pytest

from tests.bench.text import (
    TEXT_CHARACTERS,
    Envelope,
    Template,
    decode_envelope,
    new_mark,
    to_conversation,
    to_user,
    without_text,
)

TARGET = to_conversation("00000000-0000-4000-8000-000000000001")


def message_sent(template: Template, number: int, *, client_id_first: bool) -> bytes:
    command = json.loads(template.frame(TARGET, number))
    client_id = {"client_id": command["client_id"]}
    event = {
        "type": "MessageSent",
        "conversation_id": command["conversation_id"],
        "seq": 7,
        "body": command["body"],
    }
    rest = {"message_id": "01980000-0000-7000-8000-000000000002", "reply_to": None}
    fields = client_id | event | rest if client_id_first else event | rest | client_id
    return json.dumps(fields, separators=(",", ":")).encode()


class TestFrame:
    def test_is_a_send_message_of_1024_characters(self) -> None:
        frame = json.loads(Template(new_mark()).frame(to_user("bob"), 42))

        assert list(frame) == ["type", "client_id", "to_user_id", "body"]
        assert frame["to_user_id"] == "bob"
        assert len(frame["body"]["text"]) == TEXT_CHARACTERS
        assert len(frame["client_id"]) <= 64

    def test_client_id_differs_by_number_and_run(self) -> None:
        one, other = Template(new_mark()), Template(new_mark())

        frames = (one.frame(TARGET, 1), one.frame(TARGET, 2), other.frame(TARGET, 1))

        assert len({json.loads(frame)["client_id"] for frame in frames}) == 3


class TestNumber:
    @pytest.mark.parametrize("client_id_first", [True, False])
    def test_found_in_the_text(self, *, client_id_first: bool) -> None:
        template = Template(new_mark())
        payload = message_sent(template, 1234567, client_id_first=client_id_first)

        text_at = template.text_at(payload)

        assert template.number(payload, text_at) == 1234567
        assert payload[text_at:].startswith(template.mark)
        assert payload[text_at - 8 : text_at] == b'"text":"'

    def test_not_found_in_a_message_of_another_run(self) -> None:
        payload = message_sent(Template(new_mark()), 1, client_id_first=True)

        assert Template(new_mark()).text_at(payload) == -1

    def test_not_found_in_other_frames(self) -> None:
        assert Template(new_mark()).text_at(b'{"type":"Synced","recovered":false}') == -1


@pytest.mark.parametrize("client_id_first", [True, False])
def test_envelope_keeps_all_but_the_text(*, client_id_first: bool) -> None:
    template = Template(new_mark())
    payload = message_sent(template, 5, client_id_first=client_id_first)

    envelope = without_text(payload, template.text_at(payload))

    assert len(payload) - TEXT_CHARACTERS == len(envelope)
    assert json.loads(envelope)["body"]["text"] == ""
    expected = Envelope("00000000-0000-4000-8000-000000000001", 7, "01980000-0000-7000-8000-000000000002")
    assert expected == decode_envelope(envelope)
