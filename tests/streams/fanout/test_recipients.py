"""Who gets which frame of an event."""

from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.stores.memberships import Member
from schemas import rendering
from schemas.commands import Origin
from schemas.events import AnyEvent
from schemas.outbound import Connection, Connections, Kind, stream_name
from streams.fanout.recipients import Outgoing, address, recipients
from tests import strategies
from tests.builders import ALICE, BOB, CAROL, ORIGIN, reachable, refused, repeated, sent

BODY = b'{"kind":"text","text":"Hello"}'
ONE, TWO = "outbound:gateway-1:1a2b3c", "outbound:gateway-2:9f9f9f"
TO_AUTHOR = rendering.message_sent(sent(2), BODY, to_author=True)
TO_OTHERS = rendering.message_sent(sent(2), BODY, to_author=False)


def at_two(connection: str) -> Connection:
    return reachable(connection, gateway="gateway-2", incarnation="9f9f9f")


def cached(**users: list[Connection]) -> dict[str, Connections]:
    names = {"alice": ALICE, "bob": BOB, "carol": CAROL}
    return {names[name]: Connections(0, tuple(found)) for name, found in users.items()}


def out(event: AnyEvent, connections: Mapping[str, Connections]) -> dict[str, list[tuple[str, bytes]]]:
    """Per stream, each frame with its connection, in order."""
    outgoing = Outgoing()
    address(outgoing, event, BODY, [ALICE, BOB], connections)
    return {
        stream: [(id_, item.payload) for item in items for id_ in item.connections]
        for stream, items in outgoing.items.items()
    }


class TestRecipients:
    @pytest.mark.parametrize(("seq", "expected"), [(1, [ALICE]), (4, [ALICE, BOB]), (6, [ALICE, BOB]), (7, [ALICE])])
    def test_are_those_whose_interval_holds_the_seq(self, seq: int, expected: list[str]) -> None:
        members = (Member(ALICE, 1), Member(BOB, 4, 7), Member(CAROL, 9))
        assert expected == recipients(sent(seq), members)

    @given(st.lists(st.tuples(st.integers(1, 9), st.none() | st.integers(1, 9)), max_size=5), st.integers(1, 9))
    def test_are_the_same_whenever_the_event_is_folded(
        self, intervals: list[tuple[int, int | None]], seq: int
    ) -> None:
        """Who left after the event, or joined after it, changes nothing for it."""
        now = tuple(Member(f"user-{n}", joined, left) for n, (joined, left) in enumerate(intervals))
        then = tuple(
            Member(one.user_id, one.joined, one.left if one.left is not None and one.left <= seq else None)
            for one in now
            if one.joined <= seq
        )
        assert recipients(sent(seq), then) == recipients(sent(seq), now)


class TestMessageSent:
    def test_reaches_every_device_on_every_gateway(self) -> None:
        connections = cached(bob=[reachable("b1"), at_two("b2")], alice=[reachable("connection-1"), at_two("a2")])
        expected = {
            ONE: [("b1", TO_OTHERS), ("connection-1", TO_AUTHOR)],
            TWO: [("b2", TO_OTHERS), ("a2", TO_AUTHOR)],
        }
        assert expected == out(sent(2), connections)

    def test_the_authors_devices_alone_get_the_client_id(self) -> None:
        found = out(sent(2), cached(bob=[reachable("b1")], alice=[reachable("a2")]))
        with_client_id = {id_ for id_, frame in found[ONE] if b'"client_id":"m2"' in frame}
        assert {"a2", "connection-1"} == with_client_id

    @given(st.booleans())
    def test_the_origin_gets_it_once(self, is_cached: bool) -> None:  # noqa: FBT001
        alice = [reachable("connection-1"), at_two("a2")] if is_cached else [at_two("a2")]
        found = out(sent(2), cached(alice=alice))
        assert [("connection-1", TO_AUTHOR)] == found[ONE]
        assert [("a2", TO_AUTHOR)] == found[TWO]

    def test_an_api_process_is_an_origin_too(self) -> None:
        event = sent(2, origin=Origin("api-1", "777777", "request-9"))
        assert [("request-9", rendering.message_sent(event, BODY, to_author=True))] == (
            out(event, {})[stream_name("api-1", "777777")]
        )

    def test_a_body_that_cannot_be_shown_is_null(self) -> None:
        outgoing = Outgoing()
        address(outgoing, sent(2), None, [ALICE, BOB], {})
        assert b'"body":null' in outgoing.items[ONE][0].payload

    def test_one_item_holds_all_connections_of_a_gateway(self) -> None:
        outgoing = Outgoing()
        connections = cached(bob=[reachable("b1"), reachable("b2")])
        address(outgoing, sent(2), BODY, [ALICE, BOB], connections)
        assert [("b1", "b2"), ("connection-1",)] == [item.connections for item in outgoing.items[ONE]]

    def test_who_is_no_recipient_gets_nothing(self) -> None:
        assert [ONE] == list(out(sent(2), cached(carol=[at_two("c1")])))


class TestAnswers:
    def test_a_refusal_goes_to_who_asked(self) -> None:
        connections = cached(alice=[at_two("a2")], bob=[reachable("b1")])
        assert {ONE: [("connection-1", rendering.command_refused(refused()))]} == out(refused(), connections)

    def test_a_repeat_gets_the_first_results_own_frame_marked_as_such(self) -> None:
        outgoing = Outgoing()
        address(outgoing, repeated(sent(2)), BODY, (), cached(bob=[reachable("b1")]))
        (item,) = outgoing.items[ONE]
        assert (Kind.REPEATED, (ORIGIN.connection,), TO_AUTHOR) == (item.kind, item.connections, item.payload)


class TestAnyEvent:
    @given(strategies.any_event, st.lists(strategies.packed_connections, min_size=2, max_size=2))
    def test_who_asked_always_gets_an_answer(self, event: AnyEvent, found: list[Connections]) -> None:
        outgoing = Outgoing()
        users = [event.actor_id, BOB]
        address(outgoing, event, BODY, users, dict(zip(users, found, strict=True)))
        stream = stream_name(event.origin.gateway, event.origin.incarnation)
        answers = [item for item in outgoing.items[stream] if event.origin.connection in item.connections]
        assert "type" in msgspec.json.decode(answers[-1].payload)
