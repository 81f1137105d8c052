"""Every value survives encode and decode; who may carry fields that nobody knows."""

import msgspec
import pytest
from hypothesis import given
from msgspec import Struct

from schemas import codec
from schemas.accounts import AnyAccountEvent
from schemas.commands import AnyCommand
from schemas.dead_letters import AnyDeadLetter
from schemas.events import AnyEvent
from schemas.notifications import AnyOutcome, PushRequested
from schemas.presence import AnyLease, AnyPresenceEvent
from schemas.signals import AnySignal
from tests import strategies
from tests.builders import ALICE, connected, edit, repeated, send, sent, settings_changed

DECODERS = (
    codec.decode_command,
    codec.decode_event,
    codec.decode_signal,
    codec.decode_presence,
    codec.decode_lease,
    codec.decode_account,
    codec.decode_push_request,
    codec.decode_push_outcome,
    codec.decode_dead_letter,
)


class TestRoundTrip:
    @given(strategies.any_command)
    def test_commands(self, command: AnyCommand) -> None:
        assert command == codec.decode_command(codec.encode(command))

    @given(strategies.any_event)
    def test_events(self, event: AnyEvent) -> None:
        assert event == codec.decode_event(codec.encode(event))

    @given(strategies.any_signal)
    def test_signals(self, signal: AnySignal) -> None:
        assert signal == codec.decode_signal(codec.encode(signal))

    @given(strategies.any_presence_event)
    def test_presence(self, event: AnyPresenceEvent) -> None:
        assert event == codec.decode_presence(codec.encode(event))

    @given(strategies.any_lease)
    def test_leases(self, lease: AnyLease) -> None:
        assert lease == codec.decode_lease(codec.encode(lease))

    @given(strategies.any_account_event)
    def test_accounts(self, event: AnyAccountEvent) -> None:
        assert event == codec.decode_account(codec.encode(event))

    @given(strategies.any_push_request)
    def test_push_requests(self, request: PushRequested) -> None:
        assert request == codec.decode_push_request(codec.encode(request))

    @given(strategies.any_push_outcome)
    def test_push_outcomes(self, outcome: AnyOutcome) -> None:
        assert outcome == codec.decode_push_outcome(codec.encode(outcome))

    @given(strategies.dead)
    def test_dead_letters(self, letter: AnyDeadLetter) -> None:
        assert letter == codec.decode_dead_letter(codec.encode(letter))

    @given(strategies.any_event)
    def test_the_bytes_stay_the_same(self, event: AnyEvent) -> None:
        value = codec.encode(event)
        assert value == codec.encode(codec.decode_event(value))


def with_unknown(value: Struct) -> bytes:
    """The value's JSON with one more field than anybody knows."""
    return codec.encode(value)[:-1] + b',"from_the_future":1}'


class TestUnknownFields:
    def test_refused_in_commands(self) -> None:
        with pytest.raises(codec.Undecodable, match="from_the_future"):
            codec.decode_command(with_unknown(send()))

    def test_refused_within_commands(self) -> None:
        value = codec.encode(edit()).replace(b'"target":{', b'"target":{"from_the_future":1,')
        with pytest.raises(codec.Undecodable, match="from_the_future"):
            codec.decode_command(value)

    def test_tolerated_in_events(self) -> None:
        assert sent() == codec.decode_event(with_unknown(sent()))

    def test_tolerated_within_events(self) -> None:
        value = codec.encode(repeated(sent())).replace(b'"first":{', b'"first":{"from_the_future":1,')
        assert repeated(sent()) == codec.decode_event(value)

    def test_tolerated_in_presence(self) -> None:
        assert connected() == codec.decode_presence(with_unknown(connected()))


class TestWhatIsMissing:
    def test_is_not_null(self) -> None:
        left, taken = settings_changed(), settings_changed(avatar_media_id=None)
        assert b"avatar_media_id" not in codec.encode(left)
        assert [left, taken] == [codec.decode_event(codec.encode(event)) for event in (left, taken)]


class TestUndecodable:
    @pytest.mark.parametrize(
        "value",
        [b"", b"\xff", b"[]", b"null", b"{}", b'{"type":"Unheard"}', b'{"type":"MessageSent"}', b'{"type":'],
    )
    def test_of_any_topic(self, value: bytes) -> None:
        for decode in DECODERS:
            with pytest.raises(codec.Undecodable):
                decode(value)

    @pytest.mark.parametrize("id_", [ALICE.upper(), ALICE + "\n", ALICE[1:], "", "alice"])
    def test_an_id_in_another_form(self, id_: str) -> None:
        with pytest.raises(codec.Undecodable):
            codec.decode_command(codec.encode(send(actor_id=id_)))

    @pytest.mark.parametrize("client_id", ["", "x" * 65])
    def test_a_client_id_of_a_wrong_length(self, client_id: str) -> None:
        with pytest.raises(codec.Undecodable):
            codec.decode_command(codec.encode(send(client_id)))


class TestJsonSchema:
    def test_names_every_type_and_what_it_needs(self) -> None:
        schema = codec.json_schema((type(sent()), type(repeated(sent()))))
        assert [{"$ref": "#/$defs/MessageSent"}, {"$ref": "#/$defs/CommandRepeated"}] == schema["oneOf"]
        assert "seq" in schema["$defs"]["MessageSent"]["required"]
        assert msgspec.json.encode(schema)
