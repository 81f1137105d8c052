"""A batch of what happened to devices: what enters the cache, who is told, what is said of users."""

from schemas.outbound import Connections, Item, Kind
from schemas.presence import AnyDeviceEvent, WentOnline
from schemas.times import timestamp
from streams.presence.agent import Happened, fold
from streams.presence.state import NOBODY
from tests.builders import ALICE, LAPTOP, START_MS, connected, disconnected, reachable

STREAM = "outbound:gateway-1:1a2b3c"
HERE = ("gateway-1", "1a2b3c")


def happened(*events: AnyDeviceEvent) -> list[Happened]:
    return [Happened(0, offset, event) for offset, event in enumerate(events)]


class TestFold:
    def test_registered_and_online(self) -> None:
        outcome = fold(happened(connected()), {ALICE: NOBODY}, set())
        assert {ALICE: Connections(0, (reachable("connection-1"),))} == outcome.after
        assert [WentOnline(user_id=ALICE, at=timestamp(START_MS))] == outcome.transitions
        assert {STREAM: [Item(Kind.REGISTERED, ("connection-1",), b"")]} == outcome.items

    def test_sent_away_when_its_gateway_is_dead(self) -> None:
        outcome = fold(happened(connected()), {ALICE: NOBODY}, {HERE})
        assert ({ALICE: NOBODY}, []) == (outcome.after, outcome.transitions)
        assert {STREAM: [Item(Kind.CLOSE, ("connection-1",), b"4002")]} == outcome.items

    def test_folded_again_says_nothing_new_of_the_user(self) -> None:
        first = fold(happened(connected(), disconnected()), {ALICE: NOBODY}, set())
        again = fold(happened(connected(), disconnected()), first.after, set())
        assert (first.after, []) == (again.after, again.transitions)

    def test_two_devices_are_one_user(self) -> None:
        both = happened(connected(), connected("connection-2", device_id=LAPTOP))
        outcome = fold(both, {ALICE: NOBODY}, set())
        assert 1 == len(outcome.transitions)
        assert [1, 1] == [len(item.connections) for item in outcome.items[STREAM]]
