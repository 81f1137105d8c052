"""Who holds a lease, by the log's time alone."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.presence import AnyLease, GatewayLease, LogBeat
from schemas.times import timestamp
from streams.presence.judging import DEAD_MS, Judge
from tests.builders import START_MS

ONE, TWO = ("gateway-1", "a"), ("gateway-2", "b")
AGAIN = ("gateway-1", "c")
BEAT = LogBeat(at=timestamp(START_MS))


def lease(incarnation: tuple[str, str]) -> GatewayLease:
    return GatewayLease(gateway=incarnation[0], incarnation=incarnation[1], at=timestamp(START_MS))


def judged(*records: tuple[AnyLease, int]) -> Judge:
    judge = Judge()
    for value, at_ms in records:
        judge.fold(value, at_ms)
    return judge


class TestAlive:
    def test_with_a_lease(self) -> None:
        assert judged((lease(ONE), 0)).is_alive(ONE)

    def test_not_without_any(self) -> None:
        assert not judged((lease(ONE), 0)).is_alive(TWO)
        assert not judged((lease(ONE), 0)).is_alive(AGAIN)

    def test_up_to_the_limit_and_not_beyond(self) -> None:
        assert judged((lease(ONE), 0), (lease(TWO), DEAD_MS)).is_alive(ONE)
        assert not judged((lease(ONE), 0), (lease(TWO), DEAD_MS + 1)).is_alive(ONE)

    def test_a_beat_moves_the_logs_time_as_well(self) -> None:
        assert not judged((lease(ONE), 0), (BEAT, DEAD_MS + 1)).is_alive(ONE)

    def test_a_pause_of_the_log_kills_nobody(self) -> None:
        judge = judged((lease(ONE), 0), (lease(TWO), 10))
        assert judge.is_alive(ONE)
        assert judge.is_alive(TWO)


class TestDead:
    def test_replaced_by_the_next_incarnation(self) -> None:
        judge = judged((lease(ONE), 0), (lease(AGAIN), 1))
        assert (False, True) == (judge.is_alive(ONE), judge.is_alive(AGAIN))

    def test_a_late_lease_revives_none_that_was_replaced(self) -> None:
        judge = judged((lease(ONE), 0), (lease(AGAIN), 1), (lease(ONE), 2))
        assert (False, True) == (judge.is_alive(ONE), judge.is_alive(AGAIN))

    def test_a_late_lease_revives_none_that_lapsed(self) -> None:
        late = DEAD_MS + 1
        assert not judged((lease(ONE), 0), (BEAT, late), (lease(ONE), late)).is_alive(ONE)
        assert not judged((lease(ONE), 0), (lease(ONE), late)).is_alive(ONE)

    def test_its_last_lease_is_remembered(self) -> None:
        judge = judged((lease(ONE), 5), (lease(AGAIN), 9), (lease(ONE), 12))
        assert [5, 9, None] == [judge.last_lease_ms(one) for one in (ONE, AGAIN, TWO)]


class TestAnyLeases:
    @given(
        st.lists(st.tuples(st.sampled_from([ONE, TWO, AGAIN]), st.integers(0, 2 * DEAD_MS)), max_size=30),
    )
    def test_who_is_dead_stays_dead(self, steps: list[tuple[tuple[str, str], int]]) -> None:
        judge, now_ms, dead, seen = Judge(), 0, set[tuple[str, str]](), set[tuple[str, str]]()
        for incarnation, pause_ms in steps:
            now_ms += pause_ms
            judge.fold(lease(incarnation), now_ms)
            seen.add(incarnation)
            dead |= {one for one in seen if not judge.is_alive(one)}
            assert not any(judge.is_alive(one) for one in dead)
