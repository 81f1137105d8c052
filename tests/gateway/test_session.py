"""The protocol's state on one socket: what it answers in each phase, and that nothing ever makes it raise."""

import json
from collections.abc import Callable
from itertools import count

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.session import (
    CALM_SECONDS,
    FRAME_BYTES_MAX,
    HELLO_BYTES_MAX,
    Acknowledge,
    Action,
    Asked,
    AskingFrame,
    Close,
    Open,
    Phase,
    Send,
    Session,
    Submit,
    Subscribe,
    Typing,
    Unsubscribe,
)
from gateway.settings import GatewaySettings
from schemas import frames
from schemas.close_codes import CloseCode
from schemas.parsing import MalformedFrame
from tests import strategies
from tests.builders import ALICE, CONVERSATION, frame

SETTINGS = GatewaySettings(backlog_frames_max=3)
HELLO = b'{"type":"Hello","ticket":"a ticket"}'
HEARTBEAT = b'{"type":"Heartbeat"}'
MESSAGE = frames.encode(frame())
OUTSIDE = [Phase.NEW, Phase.CATCHING_UP, Phase.LIVE]


def session(phase: Phase = Phase.LIVE) -> Session:
    made = Session(SETTINGS, 0.0)
    if phase is not Phase.NEW:
        made.receive(HELLO, 0.0)
    if phase is Phase.LIVE:
        made.synced()
    if phase is Phase.CLOSED:
        made.close(CloseCode.DRAINING, "draining")
    return made


def code(action: Action | None) -> int | None:
    return action.code if isinstance(action, Close) else None


def shown(action: Action | None) -> dict[str, object]:
    """The frame that an action sends."""
    assert isinstance(action, Send)
    return msgspec.json.decode(action.frame, type=dict[str, object])


def padded(data: bytes, size: int) -> bytes:
    return data + b" " * (size - len(data))


class TestNew:
    def test_hello_opens(self) -> None:
        made = session(Phase.NEW)
        assert Open(frames.Hello("a ticket")) == made.receive(HELLO, 1.0)
        assert Phase.CATCHING_UP is made.phase

    @pytest.mark.parametrize("data", [MESSAGE, HEARTBEAT, b"", b"{", b'{"type":"Hello"}', b"\xff"])
    def test_anything_else_is_a_protocol_error(self, data: bytes) -> None:
        made = session(Phase.NEW)
        assert CloseCode.PROTOCOL_ERROR == code(made.receive(data, 1.0))
        assert Phase.CLOSED is made.phase

    def test_binary_is_a_protocol_error(self) -> None:
        assert CloseCode.PROTOCOL_ERROR == code(session(Phase.NEW).receive_binary(1.0))

    def test_a_large_hello(self) -> None:
        assert isinstance(session(Phase.NEW).receive(padded(HELLO, HELLO_BYTES_MAX), 1.0), Open)
        too_large = padded(HELLO, HELLO_BYTES_MAX + 1)
        assert CloseCode.TOO_LARGE == code(session(Phase.NEW).receive(too_large, 1.0))

    def test_nothing_is_delivered(self) -> None:
        made = session(Phase.NEW)
        assert (None, []) == (made.deliver(b"frame"), made.synced())
        assert Phase.NEW is made.phase


class TestAfterHello:
    @pytest.mark.parametrize("phase", [Phase.CATCHING_UP, Phase.LIVE])
    def test_messages_are_submitted(self, phase: Phase) -> None:
        assert Submit(frame()) == session(phase).receive(MESSAGE, 1.0)

    @pytest.mark.parametrize(
        ("asked", "action"),
        [
            (frames.LeaveGroup(client_id="m1", conversation_id=CONVERSATION), Submit),
            (frames.AcknowledgeDelivery(conversation_id=CONVERSATION, seq=1), Acknowledge),
            (frames.AcknowledgeRead(conversation_id=CONVERSATION, seq=1), Acknowledge),
            (frames.SetTyping(conversation_id=CONVERSATION, is_typing=True), Typing),
            (frames.SubscribePresence(user_ids=(ALICE,)), Subscribe),
            (frames.UnsubscribePresence(user_ids=(ALICE,)), Unsubscribe),
        ],
    )
    def test_each_frame_has_its_action(self, asked: AskingFrame, action: Callable[[object], Asked]) -> None:
        assert action(asked) == session().receive(frames.encode(asked), 1.0)

    @pytest.mark.parametrize("phase", [Phase.CATCHING_UP, Phase.LIVE])
    def test_a_second_hello_is_a_protocol_error(self, phase: Phase) -> None:
        assert CloseCode.PROTOCOL_ERROR == code(session(phase).receive(HELLO, 1.0))

    def test_a_heartbeat_needs_no_answer(self) -> None:
        assert session().receive(HEARTBEAT, 1.0) is None

    def test_a_frame_of_the_largest_size(self) -> None:
        assert isinstance(session().receive(padded(MESSAGE, FRAME_BYTES_MAX), 1.0), Submit)
        too_large = padded(MESSAGE, FRAME_BYTES_MAX + 1)
        assert CloseCode.TOO_LARGE == code(session().receive(too_large, 1.0))

    def test_malformed_says_why_and_to_what(self) -> None:
        told = shown(session().receive(b'{"type":"SendMessage","client_id":"m7"}', 1.0))
        assert ("Malformed", "m7") == (told["type"], told["client_id"])
        assert "body" in str(told["detail"])

    def test_malformed_without_a_client_id(self) -> None:
        for told in (shown(session().receive(b"{", 1.0)), shown(session().receive_binary(1.0))):
            assert {"type", "detail"} == told.keys()


class TestBacklog:
    def test_frames_are_kept_back_until_synced(self) -> None:
        made = session(Phase.CATCHING_UP)
        assert [None, None] == [made.deliver(b"1"), made.deliver(b"2")]
        assert [b"1", b"2"] == made.synced()
        assert (Send(b"3"), []) == (made.deliver(b"3"), made.synced())

    def test_too_many_are_overloaded(self) -> None:
        made = session(Phase.CATCHING_UP)
        codes = [code(made.deliver(b"frame")) for _ in range(SETTINGS.backlog_frames_max + 2)]
        assert [None] * SETTINGS.backlog_frames_max + [CloseCode.OVERLOADED, None] == codes
        assert [] == made.synced()


class TestMalformedInARow:
    def test_ten_close(self) -> None:
        made = session()
        codes = [code(made.receive(b"{", 1.0)) for _ in range(10)]
        assert [None] * 9 + [CloseCode.PROTOCOL_ERROR] == codes

    @pytest.mark.parametrize("good", [MESSAGE, HEARTBEAT])
    def test_one_that_is_understood_begins_anew(self, good: bytes) -> None:
        made = session()
        for _ in range(3):
            assert {None} == {code(made.receive(b"{", 1.0)) for _ in range(9)}
            made.receive(good, 1.0)

    def test_binary_and_the_doors_word_count_too(self) -> None:
        made = session()
        for _ in range(3):
            made.receive_binary(1.0)
            made.malformed(MalformedFrame("why"))
            made.receive(b"{", 1.0)
        assert CloseCode.PROTOCOL_ERROR == code(made.receive_binary(1.0))

    def test_messages_to_nobody_and_to_two_close_too(self) -> None:
        made = session()
        to_nobody = frames.encode(frame(conversation_id=None))
        to_two = frames.encode(frame(to_user_id=ALICE))
        codes = [code(made.receive(data, 1.0)) for data in (to_nobody, to_two) * 5]
        assert [None] * 9 + [CloseCode.PROTOCOL_ERROR] == codes


class TestLimited:
    """The user's bucket is empty; the session says so, and ends what goes on as a flood."""

    def test_says_when_there_is_room_again(self) -> None:
        expected = {"type": "RateLimited", "retry_after_seconds": 0.123, "client_id": "m1"}
        assert expected == shown(session().limited(frame(), 0.12345, 1.0))

    def test_names_no_client_id_where_there_is_none(self) -> None:
        receipt = frames.AcknowledgeRead(conversation_id=CONVERSATION, seq=1)
        assert {"type": "RateLimited", "retry_after_seconds": 0.1} == shown(session().limited(receipt, 0.1, 1.0))

    @pytest.mark.parametrize("per_second", [2, 20, 100])
    def test_still_over_the_limit_after_ten_seconds_is_flooding(self, per_second: int) -> None:
        made = session()
        times = (n / per_second for n in count())
        closed_at = next(now for now in times if code(made.limited(frame(), 0.1, now)) is not None)
        assert 10 < closed_at <= 10.5 + 1e-9

    def test_what_is_taken_meanwhile_ends_no_flood(self) -> None:
        made = session()
        codes = []
        for n in range(110):
            codes.append(code(made.limited(frame(), 0.1, n / 10)))
            made.receive(MESSAGE, n / 10 + 0.05)
        assert CloseCode.FLOODING in codes

    def test_who_pauses_begins_anew(self) -> None:
        made = session()
        now = 0.0
        for _ in range(20):
            assert {None} == {code(made.limited(frame(), 0.1, now + n / 100)) for n in range(100)}
            now += 1.0 + CALM_SECONDS

    def test_limited_frames_are_no_flood_of_malformed_ones(self) -> None:
        made = session()
        assert {None} == {code(made.limited(frame(), 0.1, 1.0)) for _ in range(100)}

    def test_nothing_is_answered_after_the_end(self) -> None:
        assert session(Phase.CLOSED).limited(frame(), 0.1, 1.0) is None

    def test_heartbeats_ask_for_nothing(self) -> None:
        made = session()
        assert {None} == {made.receive(HEARTBEAT, 1.0) for _ in range(1000)}


class TestSilence:
    @pytest.mark.parametrize("data", [HEARTBEAT, MESSAGE, b"{"])
    def test_any_frame_is_a_sign_of_life(self, data: bytes) -> None:
        made = session()
        made.receive(data, 50.0)
        assert [False, True] == [made.is_silent(110.0), made.is_silent(110.1)]

    def test_what_is_delivered_is_none(self) -> None:
        made = session()
        made.deliver(b"frame")
        assert made.is_silent(60.1)


class TestClosed:
    @pytest.mark.parametrize("phase", OUTSIDE)
    def test_closing_is_said_once(self, phase: Phase) -> None:
        made = session(phase)
        assert Close(4000, "draining") == made.close(CloseCode.DRAINING, "draining")
        assert made.close(CloseCode.SILENT, "silent") is None

    @pytest.mark.parametrize("data", [HELLO, MESSAGE, HEARTBEAT, b"{", b" " * (HELLO_BYTES_MAX + 1)])
    def test_nothing_is_heard_any_more(self, data: bytes) -> None:
        assert session(Phase.CLOSED).receive(data, 1.0) is None

    def test_nothing_is_said_any_more(self) -> None:
        made = session(Phase.CLOSED)
        found = [made.deliver(b"frame"), made.receive_binary(1.0), made.malformed(MalformedFrame("why"))]
        assert ([None] * 3, []) == (found, made.synced())
        assert Phase.CLOSED is made.phase


# ---- any inputs in any order

inputs = st.one_of(
    st.tuples(st.just("receive"), st.binary(max_size=40)),
    st.tuples(st.just("receive"), strategies.json_values.map(lambda value: json.dumps(value).encode())),
    st.tuples(st.just("receive"), strategies.client_frames.map(frames.encode)),
    st.tuples(st.just("receive"), st.sampled_from([HELLO, MESSAGE, HEARTBEAT, b"{", b"\xff"])),
    st.tuples(st.just("binary"), st.just(b"")),
    st.tuples(st.just("deliver"), st.binary(max_size=4)),
    st.tuples(st.just("malformed"), st.just(b"")),
    st.tuples(st.just("synced"), st.just(b"")),
    st.tuples(st.just("close"), st.just(b"")),
)


def put(made: Session, what: str, data: bytes, now: float) -> list[Action | None]:
    match what:
        case "receive":
            return [made.receive(data, now)]
        case "binary":
            return [made.receive_binary(now)]
        case "deliver":
            return [made.deliver(data)]
        case "malformed":
            return [made.malformed(MalformedFrame("why", None))]
        case "synced":
            return [Send(one) for one in made.synced()]
        case _:
            return [made.close(CloseCode.DRAINING, "draining")]


class TestAnySequence:
    @settings(max_examples=300)
    @given(st.booleans(), st.lists(st.tuples(inputs, st.floats(0, 2)), max_size=40))
    def test_never_raises_and_ends_once(
        self,
        says_hello: bool,  # noqa: FBT001
        steps: list[tuple[tuple[str, bytes], float]],
    ) -> None:
        made, now, closed = session(Phase.CATCHING_UP if says_hello else Phase.NEW), 0.0, 0
        for (what, data), pause in steps:
            now += pause
            actions = [action for action in put(made, what, data, now) if action is not None]
            assert not (closed and actions)
            closed += sum(isinstance(action, Close) for action in actions)
            assert (closed == 1) == (made.phase is Phase.CLOSED)

    @given(st.lists(st.sampled_from(["deliver", "synced", "heartbeat"]), max_size=30))
    def test_every_frame_comes_once_and_in_order(self, steps: list[str]) -> None:
        made = Session(GatewaySettings(), 0.0)
        made.receive(HELLO, 0.0)
        numbers = count()
        said: list[Action | None] = []
        for what in [*steps, "synced"]:
            said += put(made, what, str(next(numbers)).encode(), 0.0) if what != "heartbeat" else []
        expected = [str(n).encode() for n, what in enumerate(s for s in steps if s != "heartbeat") if what == "deliver"]
        assert expected == [action.frame for action in said if isinstance(action, Send)]
