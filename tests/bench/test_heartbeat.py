"""Each connection beats once a turn, and the beats are spread over it."""

from collections import Counter

from tests.bench.heartbeat import SLOT_SECONDS, HeartbeatWheel


class Beats:
    def __init__(self, name: int, beats: Counter[int]) -> None:
        self._name = name
        self._beats = beats

    def beat(self) -> None:
        self._beats[self._name] += 1


def test_all_beat_once_a_turn() -> None:
    beats: Counter[int] = Counter()
    wheel = HeartbeatWheel(1.0)
    for name in range(250):
        wheel.add(Beats(name, beats))

    for _ in range(round(1.0 / SLOT_SECONDS)):
        wheel.pass_slot()

    assert Counter(dict.fromkeys(range(250), 1)) == beats


def test_slots_are_filled_evenly() -> None:
    beats: Counter[int] = Counter()
    wheel = HeartbeatWheel(1.0)
    for name in range(1000):
        wheel.add(Beats(name, beats))

    wheel.pass_slot()

    assert beats.total() == 10
