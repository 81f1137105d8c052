"""A user's connections are the fold of presence events."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.commands import Origin
from schemas.outbound import Connections
from schemas.presence import AnyDeviceEvent, DeviceConnected
from schemas.times import timestamp
from streams.presence.state import Folded, evolve
from tests.builders import ALICE, LAPTOP, PHONE, START_MS, connected, disconnected, heard, reachable, silent

NOBODY = Connections(-1)
ONE = Connections(0, (reachable("connection-1"),))


def origin(connection: str) -> Origin:
    return Origin("gateway-1", "1a2b3c", connection)


def fold(events: list[AnyDeviceEvent], state: Connections = NOBODY, first: int = 0) -> Connections:
    for offset, event in enumerate(events, first):
        state = evolve(state, event, offset).connections
    return state


class TestConnected:
    def test_registered(self) -> None:
        folded = evolve(NOBODY, connected(), 0)
        assert (ONE, [origin("connection-1")]) == (folded.connections, list(folded.registered))

    def test_a_second_device_stands_beside_the_first(self) -> None:
        folded = evolve(ONE, connected("connection-2", device_id=LAPTOP), 1)
        assert ["connection-1", "connection-2"] == [one.connection for one in folded.connections.connections]
        assert [] == list(folded.replaced)

    def test_a_newer_connection_of_the_device_replaces(self) -> None:
        folded = evolve(ONE, connected("connection-2", at_ms=START_MS + 1), 1)
        assert ["connection-2"] == [one.connection for one in folded.connections.connections]
        assert ([origin("connection-2")], [origin("connection-1")]) == (
            list(folded.registered),
            list(folded.replaced),
        )

    def test_the_later_in_the_log_has_it_where_both_came_at_once(self) -> None:
        folded = evolve(ONE, connected("connection-2"), 1)
        assert [origin("connection-1")] == list(folded.replaced)

    def test_a_late_word_of_an_older_one_is_itself_replaced(self) -> None:
        folded = evolve(ONE, connected("connection-0", at_ms=START_MS - 1), 1)
        assert Folded(Connections(1, ONE.connections), (), (origin("connection-0"),)) == folded

    def test_repeated_is_confirmed_again_and_changes_nothing(self) -> None:
        folded = evolve(ONE, connected(), 1)
        assert Folded(Connections(1, ONE.connections), (origin("connection-1"),)) == folded


class TestDisconnected:
    def test_gone(self) -> None:
        assert Folded(Connections(1, (), timestamp(START_MS))) == evolve(ONE, disconnected(), 1)

    def test_a_late_word_of_a_dead_connection_ends_no_newer_one(self) -> None:
        state = fold([connected("connection-1"), connected("connection-2", at_ms=START_MS + 1)])
        folded = evolve(state, disconnected("connection-1"), 2)
        assert state.connections == folded.connections.connections


class TestSilent:
    def test_stays_reachable_and_shows_nobody_online(self) -> None:
        state = evolve(ONE, silent(), 1).connections
        assert (["connection-1"], False) == ([one.connection for one in state.connections], state.is_online)

    def test_keeps_when_it_was_heard(self) -> None:
        assert timestamp(START_MS) == evolve(ONE, silent(heard_at_ms=START_MS), 1).connections.heard_at

    def test_heard_again(self) -> None:
        assert fold([connected(), silent(), heard()]).is_online

    def test_a_word_of_a_connection_that_is_gone_revives_nothing(self) -> None:
        state = fold([connected(), disconnected()])
        assert () == evolve(state, heard(), 2).connections.connections

    def test_said_to_be_there_again_it_is_still_silent(self) -> None:
        assert not fold([connected(), silent(), connected()]).is_online


class TestReplay:
    def test_of_what_still_holds_is_confirmed_again(self) -> None:
        assert Folded(ONE, (origin("connection-1"),)) == evolve(ONE, connected(), 0)

    def test_of_what_is_over_says_nothing(self) -> None:
        state = fold([connected(), disconnected()])
        assert Folded(state) == evolve(state, connected(), 0)
        assert Folded(state) == evolve(state, disconnected(), 1)


PEOPLE_DEVICES = [PHONE, LAPTOP]
words = st.builds(
    lambda type_, device, number, at_ms: type_(
        user_id=ALICE,
        device_id=PEOPLE_DEVICES[device],
        origin=origin(f"{device}-{number}"),
        at=timestamp(START_MS + at_ms),
    ),
    st.sampled_from([DeviceConnected, type(disconnected())]),
    st.integers(0, 1),
    st.integers(0, 3),
    st.integers(0, 3),
)


class TestAnyWords:
    @given(st.lists(words, max_size=20), st.integers(0, 20), st.integers(0, 20))
    def test_a_replay_changes_nothing(self, some: list[AnyDeviceEvent], start: int, end: int) -> None:
        state = fold(some)
        assert state == fold(some[start:end], state, first=start)

    @given(st.lists(words, max_size=20))
    def test_a_device_has_one_connection_at_most(self, some: list[AnyDeviceEvent]) -> None:
        devices = [one.device_id for one in fold(some).connections]
        assert len(devices) == len(set(devices))

    @given(st.lists(words, max_size=20))
    def test_every_connected_is_answered(self, some: list[AnyDeviceEvent]) -> None:
        state = NOBODY
        for offset, event in enumerate(some):
            folded = evolve(state, event, offset)
            answered = [*folded.registered, *folded.replaced]
            assert isinstance(event, DeviceConnected) == (event.origin in answered)
            state = folded.connections
