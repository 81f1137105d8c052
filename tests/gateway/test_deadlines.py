"""What is due is given once, never too early, and at most a second late."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.deadlines import Deadlines
from tests.strategies import pauses


class TestDue:
    def test_not_before_its_time(self) -> None:
        deadlines: Deadlines[str] = Deadlines()
        deadlines.add("a", 10.5)
        assert [[], [], ["a"], []] == [deadlines.due(now) for now in (9.0, 10.6, 11.0, 12.0)]

    def test_of_what_was_added_too_late(self) -> None:
        deadlines: Deadlines[str] = Deadlines()
        deadlines.due(20.0)
        deadlines.add("a", 10.0)
        assert [[], ["a"]] == [deadlines.due(20.9), deadlines.due(21.0)]

    def test_an_earlier_one_may_come_after_a_later_one(self) -> None:
        deadlines: Deadlines[str] = Deadlines()
        deadlines.add("late", 100.0)
        deadlines.due(50.0)
        deadlines.add("early", 60.0)
        assert [["early"], ["late"]] == [deadlines.due(61.0), deadlines.due(101.0)]

    def test_in_finer_steps(self) -> None:
        deadlines: Deadlines[str] = Deadlines(step_seconds=0.25)
        deadlines.add("a", 10.3)
        assert [[], ["a"], []] == [deadlines.due(now) for now in (10.4, 10.5, 10.8)]

    @given(st.floats(0, 100), pauses, st.lists(st.floats(0, 30), max_size=60))
    def test_each_is_given_once_and_in_time(self, start: float, looks: list[float], lives: list[float]) -> None:
        deadlines: Deadlines[int] = Deadlines()
        now, at, given_at = start, dict[int, float](), dict[int, float]()
        for number, pause in enumerate([*looks, *[1.0] * 100]):
            if number < len(lives):
                at[number] = now + lives[number]
                deadlines.add(number, at[number])
            now += pause
            for thing in deadlines.due(now):
                assert thing not in given_at
                given_at[thing] = now
        assert at.keys() == given_at.keys()
        longest_pause = max([1.0, *looks])
        assert all(at[thing] <= given_at[thing] <= at[thing] + 1 + longest_pause for thing in at)
