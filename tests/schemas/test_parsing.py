"""The closed door: a frame, or MalformedFrame, for any bytes; and nothing that a store could choke on comes through."""

import json

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas import frames
from schemas.parsing import MalformedFrame, has_forbidden_text, parse
from tests import strategies
from tests.builders import ALICE, BOB, CONVERSATION, frame
from tests.strategies import json_values

NUL = "\\u0000"
LONE = "\\ud800"


def refused(data: bytes) -> MalformedFrame:
    with pytest.raises(MalformedFrame) as caught:
        parse(data)
    return caught.value


def message(**changed: object) -> bytes:
    fields: dict[str, object] = {
        "type": "SendMessage",
        "client_id": "m1",
        "conversation_id": CONVERSATION,
        "body": {"kind": "text", "text": "Hello"},
    }
    return msgspec.json.encode(fields | changed)


class TestParse:
    @given(strategies.client_frames)
    def test_every_frame_that_a_client_may_send(self, sent: frames.AnyClientFrame) -> None:
        data = frames.encode(sent)
        if b"\\u0000" in data:
            refused(data)
        else:
            assert sent == parse(data)

    def test_fields_may_be_left_out(self) -> None:
        assert frame("Hello") == parse(message())

    def test_text_is_kept_as_sent(self) -> None:
        text = " e\u0301 \u200d👩‍👩‍👧‍👦\r\n"
        assert frame(text) == parse(message(body={"kind": "text", "text": text}))


class TestAnyBytes:
    @given(st.binary(max_size=300))
    def test_noise(self, data: bytes) -> None:
        refused(data)

    @given(json_values)
    def test_any_json(self, value: object) -> None:
        refused(json.dumps(value).encode())

    @given(st.sampled_from(["type", "client_id", "conversation_id", "body", "reply_to", "mentions"]), json_values)
    def test_any_value_in_any_field(self, name: str, value: object) -> None:
        try:
            parse(json.dumps(json.loads(message()) | {name: value}).encode())
        except MalformedFrame as malformed:
            frames.encode(frames.Malformed(malformed.detail, malformed.client_id or ""))

    @given(st.integers(0, 200), st.integers(0, 255))
    def test_a_frame_with_any_byte_changed(self, at: int, byte: int) -> None:
        data = bytearray(message())
        data[at % len(data)] = byte
        try:
            parse(bytes(data))
        except MalformedFrame as malformed:
            frames.encode(frames.Malformed(malformed.detail, malformed.client_id or ""))

    @given(st.text(max_size=20))
    @example("\ud800")
    @example("\0")
    def test_an_unknown_field_of_any_name(self, name: str) -> None:
        data = json.dumps({"type": "Heartbeat", f"_{name}": 1}).encode()
        frames.encode(frames.Malformed(refused(data).detail))

    @pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"type":"Hello","ticket":[', b'{"client_id":"m1","x":['])
    def test_nested_without_end(self, opening: bytes) -> None:
        refused(opening * 10_000)

    def test_nested_deeply_and_whole(self) -> None:
        refused(b'{"type":"Heartbeat","x":"\\u0041","y":' + b"[" * 30_000 + b"]" * 30_000 + b"}")


class TestForbiddenText:
    @pytest.mark.parametrize("text", [NUL, f"a{NUL}b", LONE, f"{LONE}x", "\\udc00", f"\\udc00{LONE}"])
    def test_refused_in_a_body(self, text: str) -> None:
        refused(message().replace(b"Hello", text.encode()))

    @pytest.mark.parametrize("text", [NUL, LONE])
    def test_refused_in_a_ticket_and_an_epoch(self, text: str) -> None:
        for name in ("ticket", "epoch"):
            refused(f'{{"type":"Hello","ticket":"t","{name}":"{text}"}}'.encode())

    def test_refused_in_a_client_id_which_is_not_said_again(self) -> None:
        for text in (NUL, LONE):
            assert refused(message().replace(b'"m1"', f'"{text}"'.encode())).client_id is None

    @pytest.mark.parametrize("text", ["\\ud83d\\ude00", "\\u0041", "\\\\u0000", "\\u0001", "\\ufffe"])
    def test_allowed(self, text: str) -> None:
        data = message().replace(b"Hello", text.encode())
        assert frame(json.loads(f'"{text}"')) == parse(data)

    def test_raw_surrogates_are_no_utf_8(self) -> None:
        refused(message().replace(b"Hello", b"\xed\xa0\x80"))

    @given(json_values)
    def test_found_wherever_it_stands(self, value: object) -> None:
        text = repr(value)
        data = json.dumps(value).encode()
        is_forbidden = "\\x00" in text or "\\ud" in text
        if "\\\\" not in text:  # an escaped backslash would make the plain look at repr() wrong
            assert is_forbidden == has_forbidden_text(data)

    @given(st.binary(max_size=60))
    def test_never_raises(self, data: bytes) -> None:
        has_forbidden_text(b"\\u" + data)

    def test_too_deep_to_tell(self) -> None:
        assert has_forbidden_text(b"[" * 100_000 + b'"\\u0041"')


class TestUnknownFields:
    def test_refused_in_a_frame(self) -> None:
        assert "from_the_future" in refused(message(from_the_future=1)).detail

    def test_refused_in_a_body(self) -> None:
        refused(message(body={"kind": "text", "text": "Hello", "from_the_future": 1}))

    @pytest.mark.parametrize("type_", ["Welcome", "MessageSent", "Synced", "", None, 1, ["Hello"]])
    def test_refused_as_a_type(self, type_: object) -> None:
        refused(message(type=type_))


class TestClientIdOfAMalformedFrame:
    def test_said_again_if_it_is_a_proper_one(self) -> None:
        assert "m1" == refused(message(body=None)).client_id

    @pytest.mark.parametrize("client_id", ["", "x" * 65, 1, None, ["m1"]])
    def test_none_otherwise(self, client_id: object) -> None:
        assert refused(message(client_id=client_id)).client_id is None

    @given(strategies.client_ids)
    def test_any_proper_one(self, client_id: str) -> None:
        assert client_id == refused(message(client_id=client_id, body=None)).client_id


class TestAddress:
    def test_one_of_two(self) -> None:
        assert frame("Hello", conversation_id=None, to_user_id=BOB) == parse(
            message(conversation_id=None, to_user_id=BOB)
        )

    @pytest.mark.parametrize(("conversation_id", "to_user_id"), [(None, None), (CONVERSATION, BOB)])
    def test_malformed_with_both_or_none(self, conversation_id: str | None, to_user_id: str | None) -> None:
        malformed = refused(message(conversation_id=conversation_id, to_user_id=to_user_id))
        assert "m1" == malformed.client_id

    @pytest.mark.parametrize("id_", [ALICE.upper(), ALICE + "\n", "alice", "", 5])
    def test_malformed_in_another_form(self, id_: object) -> None:
        refused(message(conversation_id=None, to_user_id=id_))

    def test_too_many_mentions(self) -> None:
        parse(message(mentions=[ALICE] * frames.MENTIONS_MAX))
        refused(message(mentions=[ALICE] * (frames.MENTIONS_MAX + 1)))


class TestHello:
    @pytest.mark.parametrize("cursors", [{"alice": 1}, {ALICE: -1}, {ALICE: 1.5}, {ALICE: None}, []])
    def test_malformed_cursors(self, cursors: object) -> None:
        refused(json.dumps({"type": "Hello", "ticket": "t", "cursors": cursors}).encode())

    def test_a_number_without_end(self) -> None:
        refused(b'{"type":"Hello","ticket":"t","cursors":{"%s":%s}}' % (ALICE.encode(), b"1" * 5_000))


def asked(type_: str, **changed: object) -> bytes:
    """A frame of a client with fields that fit most."""
    fields: dict[str, object] = {"type": type_, "client_id": "x1", "conversation_id": CONVERSATION}
    return msgspec.json.encode(fields | changed)


class TestCommandsOfGroups:
    @pytest.mark.parametrize(
        "data",
        [
            asked("EditMessage", message_id=ALICE, body={"kind": "text", "text": "Hi"}),
            asked("DeleteMessage", message_id=ALICE),
            asked("SetReaction", message_id=ALICE, emoji=None),
            asked("AddMembers", member_ids=[]),
            asked("RemoveMember", user_id=BOB),
            asked("LeaveGroup"),
            asked("ChangeRole", user_id=BOB, role="member"),
            asked("ChangeGroupSettings"),
            asked("ChangeGroupSettings", name="", who_can_send="admins", avatar_media_id=None),
            b'{"type":"CreateGroup","client_id":"g1","name":"\\u200f\\u0007","member_ids":[]}',
        ],
    )
    def test_understood_whatever_becomes_of_it(self, data: bytes) -> None:
        parse(data)

    @pytest.mark.parametrize(
        "data",
        [
            asked("EditMessage", message_id="1", body={"kind": "text", "text": "Hi"}),
            asked("EditMessage", message_id=ALICE, body=None),
            asked("SetReaction", message_id=ALICE),
            asked("SetReaction", message_id=ALICE, emoji=7),
            asked("AddMembers", member_ids=None),
            asked("AddMembers", member_ids=["bob"]),
            asked("CreateGroup", name="Friends", member_ids=[]),
            asked("RemoveMember"),
            asked("LeaveGroup", user_id=BOB),
            asked("ChangeRole", user_id=BOB, role="owner"),
            asked("ChangeGroupSettings", name=None),
            asked("ChangeGroupSettings", description=None),
            asked("ChangeGroupSettings", who_can_send=None),
            asked("ChangeGroupSettings", who_can_add="nobody"),
            asked("ChangeGroupSettings", client_id="x" * 65),
            asked("ChangeGroupSettings", conversation_id=None),
            b'{"type":"CreateGroup","client_id":"g1","name":"\\u0000","member_ids":[]}',
        ],
    )
    def test_malformed(self, data: bytes) -> None:
        refused(data)


class TestReceipts:
    @pytest.mark.parametrize("type_", ["AcknowledgeDelivery", "AcknowledgeRead"])
    @pytest.mark.parametrize("seq", [0, -1, 1.5, "1", None, True])
    def test_malformed_without_a_seq(self, type_: str, seq: object) -> None:
        data = {"type": type_, "conversation_id": CONVERSATION, "seq": seq}
        refused(msgspec.json.encode(data))

    def test_malformed_with_a_client_id_for_it_has_none(self) -> None:
        assert "x1" == refused(asked("AcknowledgeRead", seq=1)).client_id


class TestSubscriptions:
    @pytest.mark.parametrize("type_", ["SubscribePresence", "UnsubscribePresence"])
    def test_of_any_number_are_understood(self, type_: str) -> None:
        parse(msgspec.json.encode({"type": type_, "user_ids": [ALICE] * 501}))
        refused(msgspec.json.encode({"type": type_, "user_ids": ALICE}))


class TestTyping:
    def test_malformed_unless_it_says_yes_or_no(self) -> None:
        parse(msgspec.json.encode({"type": "SetTyping", "conversation_id": CONVERSATION, "is_typing": False}))
        refused(msgspec.json.encode({"type": "SetTyping", "conversation_id": CONVERSATION, "is_typing": "no"}))
