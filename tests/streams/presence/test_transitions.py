"""When a user went online or offline."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.commands import Origin
from schemas.outbound import Connections
from schemas.presence import (
    AnyDeviceEvent,
    DeviceConnected,
    DeviceDisconnected,
    DeviceHeard,
    DeviceSilent,
    WentOffline,
    WentOnline,
)
from schemas.times import timestamp
from streams.presence.state import NOBODY, evolve
from streams.presence.transitions import Transition, transition
from tests.builders import ALICE, LAPTOP, PHONE, START_MS

DEVICES = {"phone": PHONE, "laptop": LAPTOP}


def event(type_: type[AnyDeviceEvent], device: str, second: int, heard: int | None = None) -> AnyDeviceEvent:
    """Something of a device's one connection, `second` seconds after the start."""
    more = {} if heard is None else {"heard_at": at(heard)}
    origin = Origin("gateway-1", "1a2b3c", device)
    return type_(user_id=ALICE, device_id=DEVICES[device], origin=origin, at=at(second), **more)


def at(second: int) -> str:
    return timestamp(START_MS + 1000 * second)


def transitions(*events: AnyDeviceEvent, state: Connections = NOBODY) -> list[Transition]:
    found = []
    for offset, one in enumerate(events, state.offset + 1):
        after = evolve(state, one, offset).connections
        if change := transition(state, after, one):
            found.append(change)
        state = after
    return found


ON = event(DeviceConnected, "phone", 0)


class TestWentOnline:
    def test_with_the_first_device(self) -> None:
        assert [WentOnline(user_id=ALICE, at=at(0))] == transitions(ON)

    def test_not_with_the_second(self) -> None:
        assert 1 == len(transitions(ON, event(DeviceConnected, "laptop", 1)))

    def test_when_a_silent_device_is_heard(self) -> None:
        found = transitions(ON, event(DeviceSilent, "phone", 4, heard=1), event(DeviceHeard, "phone", 9))
        assert WentOnline(user_id=ALICE, at=at(9)) == found[-1]

    def test_not_by_a_late_word_of_one_that_is_gone(self) -> None:
        gone = event(DeviceDisconnected, "phone", 2, heard=1)
        assert 2 == len(transitions(ON, gone, event(DeviceHeard, "phone", 3)))


class TestWentOffline:
    @pytest.mark.parametrize("end", [DeviceSilent, DeviceDisconnected])
    def test_with_the_last_sign_of_life(self, end: type[AnyDeviceEvent]) -> None:
        found = transitions(ON, event(end, "phone", 5, heard=1))
        assert WentOffline(user_id=ALICE, at=at(5), last_seen_at=at(1)) == found[-1]

    def test_the_last_sign_of_any_device_counts(self) -> None:
        """The laptop ends last, but the phone was heard later."""
        found = transitions(
            ON,
            event(DeviceConnected, "laptop", 1),
            event(DeviceDisconnected, "phone", 6, heard=5),
            event(DeviceSilent, "laptop", 7, heard=2),
        )
        assert [at(5)] == [one.last_seen_at for one in found if isinstance(one, WentOffline)]

    def test_not_while_another_device_is_heard(self) -> None:
        found = transitions(ON, event(DeviceConnected, "laptop", 1), event(DeviceSilent, "phone", 5, heard=1))
        assert 1 == len(found)

    def test_not_again_when_a_silent_device_disconnects(self) -> None:
        found = transitions(
            ON, event(DeviceSilent, "phone", 5, heard=1), event(DeviceDisconnected, "phone", 9, heard=1)
        )
        assert 2 == len(found)

    def test_of_one_whom_the_cache_forgot(self) -> None:
        """Redis was flushed: the gateway says what became of the connection."""
        found = transitions(event(DeviceDisconnected, "phone", 5, heard=4))
        assert [WentOffline(user_id=ALICE, at=at(5), last_seen_at=at(4))] == found


steps = st.tuples(
    st.sampled_from([DeviceConnected, DeviceSilent, DeviceHeard, DeviceDisconnected]),
    st.sampled_from(sorted(DEVICES)),
)


class TestAnyEvents:
    @given(st.lists(steps, max_size=20))
    def test_they_take_turns(self, some: list[tuple[type[AnyDeviceEvent], str]]) -> None:
        heard = (DeviceSilent, DeviceDisconnected)
        events = [event(type_, one, n, n if type_ in heard else None) for n, (type_, one) in enumerate(some)]
        found = [type(one) for one in transitions(*events, state=Connections(0))]
        assert [(WentOnline, WentOffline)[n % 2] for n in range(len(found))] == found
