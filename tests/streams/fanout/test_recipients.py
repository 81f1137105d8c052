"""Who gets which frame of an event."""

from collections.abc import Mapping, Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.stores.memberships import Roster
from schemas import rendering
from schemas.bodies import SealedText
from schemas.commands import Origin
from schemas.events import AnyEvent, AnyTimelineEvent, DeliveredAdvanced, MemberRemoved, ReadAdvanced, TimelineEvent
from schemas.outbound import Connection, Connections, Kind, stream_name
from streams.fanout.membership import evolve
from streams.fanout.recipients import Outgoing, address, concerned
from tests import strategies
from tests.builders import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    ORIGIN,
    SEALED_NAME,
    added,
    blocked,
    created,
    deleted,
    delivered,
    edited,
    reachable,
    reacted,
    read,
    refused,
    removed,
    repeated,
    role_changed,
    sent,
    settings_changed,
)
from tests.strategies import Arrival, arrivals
from tests.streams.conversation.history import decide_all

BODY = b'{"kind":"text","text":"Hello"}'
ONE, TWO = "outbound:gateway-1:1a2b3c", "outbound:gateway-2:9f9f9f"
NAMES = {ALICE: "alice", BOB: "bob", CAROL: "carol", DAVE: "dave"}


def open_text(text: SealedText) -> str:
    return text.sealed.hex()


def frame(event: AnyTimelineEvent, *, to_author: bool, body: bytes | None = BODY) -> bytes:
    return rendering.live(event, body, open_text, to_author=to_author)


TO_AUTHOR = frame(sent(2), to_author=True)
TO_OTHERS = frame(sent(2), to_author=False)


def at_two(connection: str) -> Connection:
    return reachable(connection, gateway="gateway-2", incarnation="9f9f9f")


def cached(**users: list[Connection]) -> dict[str, Connections]:
    ids = {name: user_id for user_id, name in NAMES.items()}
    return {ids[name]: Connections(0, tuple(found)) for name, found in users.items()}


def addressed(
    event: AnyEvent,
    recipients: Sequence[str] = (ALICE, BOB),
    connections: Mapping[str, Connections] | None = None,
    body: bytes | None = BODY,
) -> Outgoing:
    outgoing = Outgoing()
    address(outgoing, event, recipients, connections or {}, lambda _: (body, open_text))
    return outgoing


def out(event: AnyEvent, connections: Mapping[str, Connections]) -> dict[str, list[tuple[str, bytes]]]:
    """Per stream, each frame with its connection, in order."""
    return {
        stream: [(id_, item.payload) for item in items for id_ in item.connections]
        for stream, items in addressed(event, connections=connections).items.items()
    }


# Everybody has a phone, named so; Alice asks from "connection-1" and has a laptop beside.
ALL_AT_HOME = cached(
    alice=[reachable("connection-1"), reachable("laptop")],
    bob=[reachable("bob")],
    carol=[reachable("carol")],
    dave=[reachable("dave")],
)


def shown(event: AnyEvent, recipients: Sequence[str] = (ALICE, BOB, CAROL)) -> dict[str, list[str]]:
    """Per connection, the types of the frames that it gets, in order."""
    found: dict[str, list[str]] = {}
    for items in addressed(event, recipients, ALL_AT_HOME).items.values():
        for item in items:
            for id_ in item.connections:
                found.setdefault(id_, []).append(msgspec.json.decode(item.payload)["type"])
    return found


class TestTimelineEvents:
    def test_reach_every_device_on_every_gateway(self) -> None:
        connections = cached(bob=[reachable("b1"), at_two("b2")], alice=[reachable("connection-1"), at_two("a2")])
        expected = {
            ONE: [("b1", TO_OTHERS), ("connection-1", TO_AUTHOR)],
            TWO: [("b2", TO_OTHERS), ("a2", TO_AUTHOR)],
        }
        assert expected == out(sent(2, read_from_seq=1), connections)

    def test_the_authors_devices_alone_get_the_client_id(self) -> None:
        found = out(sent(2), cached(bob=[reachable("b1")], alice=[reachable("a2")]))
        with_client_id = {id_ for id_, frame in found[ONE] if b'"client_id":"m2"' in frame}
        assert {"a2", "connection-1"} == with_client_id

    @given(st.booleans())
    def test_the_origin_gets_it_once(self, is_cached: bool) -> None:  # noqa: FBT001
        alice = [reachable("connection-1"), at_two("a2")] if is_cached else [at_two("a2")]
        found = out(sent(2, read_from_seq=1), cached(alice=alice))
        assert [("connection-1", TO_AUTHOR)] == found[ONE]
        assert [("a2", TO_AUTHOR)] == found[TWO]

    def test_an_api_process_is_an_origin_too(self) -> None:
        event = sent(2, origin=Origin("api-1", "777777", "request-9"))
        assert [("request-9", frame(event, to_author=True))] == out(event, {})[stream_name("api-1", "777777")]

    def test_a_body_that_cannot_be_shown_is_null(self) -> None:
        assert b'"body":null' in addressed(sent(2), body=None).items[ONE][0].payload

    def test_one_item_holds_all_connections_of_a_gateway(self) -> None:
        connections = cached(bob=[reachable("b1"), reachable("b2")], carol=[reachable("c1")])
        found = addressed(sent(2), [ALICE, BOB, CAROL], connections).items[ONE]
        assert [("b1", "b2", "c1"), ("connection-1",)] == [item.connections for item in found]

    def test_who_is_no_recipient_gets_nothing(self) -> None:
        assert [ONE] == list(out(sent(2), cached(carol=[at_two("c1")])))

    @pytest.mark.parametrize(
        "event",
        [
            created(),
            added(5, member_ids=[CAROL]),
            removed(5),
            role_changed(5),
            settings_changed(5, name=SEALED_NAME),
            edited(5),
            deleted(5),
            reacted(5, actor_id=ALICE),
        ],
        ids=lambda event: type(event).__name__,
    )
    def test_every_member_gets_every_kind(self, event: AnyTimelineEvent) -> None:
        kind = [type(event).__name__]
        assert {"connection-1": kind, "laptop": kind, "bob": kind, "carol": kind} == shown(event)


class TestReadBySending:
    def test_is_told_to_those_who_were_read_and_to_ones_other_devices(self) -> None:
        event = sent(9, read_from_seq=3, read_author_ids=(CAROL,))
        expected = {
            "connection-1": ["MessageSent"],
            "laptop": ["MessageSent", "ReadAdvanced"],
            "bob": ["MessageSent"],
            "carol": ["MessageSent", "ReadAdvanced"],
        }
        assert expected == shown(event)

    def test_in_private_to_ones_other_devices_alone(self) -> None:
        event = sent(9, read_from_seq=3, read_author_ids=(CAROL,), is_private=True)
        assert (["MessageSent", "ReadAdvanced"], ["MessageSent"]) == (shown(event)["laptop"], shown(event)["carol"])

    def test_is_nothing_where_all_was_read(self) -> None:
        assert {"MessageSent"} == {one for kinds in shown(sent(9, read_from_seq=8)).values() for one in kinds}

    def test_goes_from_where_one_was(self) -> None:
        event = sent(9, read_from_seq=3, read_author_ids=(BOB,))
        (last,) = [item for item in addressed(event, connections=ALL_AT_HOME).items[ONE] if b"Read" in item.payload]
        decoded = msgspec.json.decode(last.payload)
        assert (ALICE, 3, 9) == (decoded["user_id"], decoded["from_seq"], decoded["to_seq"])


class TestReceipts:
    def test_of_delivery_go_to_the_authors_and_to_ones_own(self) -> None:
        event = delivered(5, actor_id=ALICE, author_ids=[BOB])
        kind = ["DeliveredAdvanced"]
        assert {"connection-1": kind, "laptop": kind, "bob": kind} == shown(event, ())

    def test_of_reading_too(self) -> None:
        event = read(5, delivered_from_seq=2, actor_id=ALICE, author_ids=[BOB])
        kind = ["ReadAdvanced"]
        assert {"connection-1": kind, "laptop": kind, "bob": kind} == shown(event, ())

    def test_a_private_read_is_shown_as_delivery_alone(self) -> None:
        event = read(5, delivered_from_seq=2, actor_id=ALICE, author_ids=[BOB], is_private=True)
        own = ["ReadAdvanced"]
        assert {"connection-1": own, "laptop": own, "bob": ["DeliveredAdvanced"]} == shown(event, ())
        (of_bob,) = [one.payload for one in addressed(event, (), ALL_AT_HOME).items[ONE] if "bob" in one.connections]
        decoded = msgspec.json.decode(of_bob)
        assert (2, 5) == (decoded["from_seq"], decoded["to_seq"])

    def test_a_private_read_of_what_was_delivered_is_shown_to_nobody_else(self) -> None:
        event = read(5, delivered_from_seq=5, actor_id=ALICE, author_ids=[BOB], is_private=True)
        assert {"connection-1", "laptop"} == shown(event, ()).keys()


class TestAnswers:
    def test_a_refusal_goes_to_who_asked(self) -> None:
        connections = cached(alice=[at_two("a2")], bob=[reachable("b1")])
        assert {ONE: [("connection-1", rendering.command_refused(refused()))]} == out(refused(), connections)

    def test_a_block_is_answered_to_who_asked_and_told_to_nobody(self) -> None:
        assert {"connection-1": ["BlockSet"]} == shown(blocked())

    @pytest.mark.parametrize("first", [sent(2), edited(3), removed(4)], ids=lambda event: type(event).__name__)
    def test_a_repeat_gets_the_first_results_own_frame_marked_as_such(self, first: AnyTimelineEvent) -> None:
        (item,) = addressed(repeated(first), (), cached(bob=[reachable("b1")])).items[ONE]
        assert (Kind.REPEATED, (ORIGIN.connection,), frame(first, to_author=True)) == (
            item.kind,
            item.connections,
            item.payload,
        )


class TestConcerned:
    @pytest.mark.parametrize(
        ("event", "expected"),
        [
            (sent(2), {ALICE, BOB, CAROL}),
            (delivered(2, actor_id=BOB, author_ids=[DAVE]), {BOB, DAVE}),
            (read(2, actor_id=BOB, author_ids=[DAVE]), {BOB, DAVE}),
            (blocked(), set()),
            (refused(), set()),
            (repeated(sent(2)), set()),
        ],
        ids=lambda one: type(one).__name__,
    )
    def test_are_those_whose_connections_are_needed(self, event: AnyEvent, expected: set[str]) -> None:
        assert expected == set(concerned(event, [ALICE, BOB, CAROL]))


def live_log(events: Sequence[AnyEvent]) -> dict[str, list[int]]:
    """Per person, the seqs that their one device gets while the events happen."""
    connections = {user_id: Connections(0, (reachable(name),)) for user_id, name in NAMES.items()}
    roster, seqs = Roster(()), dict[str, list[int]]()
    for event in events:
        roster = evolve(roster, event)
        recipients = roster.recipients(event.seq) if isinstance(event, TimelineEvent) else ()
        for items in addressed(event, recipients, connections).items.values():
            for item in items:
                decoded = msgspec.json.decode(item.payload)
                if "seq" in decoded and item.kind == Kind.FRAME:
                    for name in set(item.connections) - {ORIGIN.connection}:
                        seqs.setdefault(name, []).append(decoded["seq"])
    return seqs


class TestGroups:
    def test_who_is_removed_gets_that_as_the_last_event(self) -> None:
        events: list[AnyEvent] = [created(), sent(2), removed(3, user_id=BOB), sent(4), removed(5, user_id=CAROL)]
        assert ([1, 2, 3], [1, 2, 3, 4, 5]) == (live_log(events)["bob"], live_log(events)["carol"])

    def test_who_leaves_too(self) -> None:
        events: list[AnyEvent] = [created(), removed(2, user_id=BOB, actor_id=BOB), sent(3)]
        assert [1, 2] == live_log(events)["bob"]

    def test_who_comes_again_gets_what_comes_since(self) -> None:
        away: list[AnyEvent] = [created(), removed(2, user_id=BOB), sent(3), edited(4, sent(3))]
        again: list[AnyEvent] = [added(5, member_ids=[BOB, DAVE]), sent(6)]
        assert ([1, 2, 5, 6], [5, 6]) == (live_log([*away, *again])["bob"], live_log([*away, *again])["dave"])


def visible(events: Sequence[AnyEvent]) -> dict[str, list[int]]:
    """Per person, the seqs that happened while they were members, in the plainest words."""
    there, seqs = set[str](), dict[str, list[int]]()
    for event in events:
        if not isinstance(event, TimelineEvent):
            continue
        there |= set(getattr(event, "member_ids", None) or ())
        for user_id in there & NAMES.keys():
            seqs.setdefault(NAMES[user_id], []).append(event.seq)
        if isinstance(event, MemberRemoved):
            there.discard(event.user_id)
    return seqs


class TestAnyEvent:
    @given(arrivals())
    def test_everybody_gets_what_happens_while_they_are_there_in_order(self, some: list[Arrival]) -> None:
        events = decide_all(some)
        assert visible(events) == live_log(events)

    @given(strategies.any_event, st.lists(strategies.packed_connections, min_size=2, max_size=2))
    def test_who_asked_always_gets_an_answer(self, event: AnyEvent, found: list[Connections]) -> None:
        outgoing = Outgoing()
        users = [event.actor_id, BOB]
        address(outgoing, event, users, dict(zip(users, found, strict=True)), lambda _: (BODY, open_text))
        if isinstance(event, DeliveredAdvanced | ReadAdvanced):
            return  # a receipt is answered by nothing but its effect
        stream = stream_name(event.origin.gateway, event.origin.incarnation)
        answers = [item for item in outgoing.items[stream] if event.origin.connection in item.connections]
        kinds = [msgspec.json.decode(item.payload)["type"] for item in answers]
        expected = type(event.first if hasattr(event, "first") else event).__name__
        assert expected in kinds
