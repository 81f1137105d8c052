"""The ordered acknowledger, by any order of acknowledgements."""

from hypothesis import given
from hypothesis import strategies as st

from streams.runtime.ledger import Entry, Ledger

SIZES = st.lists(st.integers(1, 20), min_size=1, max_size=30)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Sizes of runs, and the order in which they are acknowledged, some of them twice."""
    sizes = draw(SIZES)
    order = draw(st.permutations(range(len(sizes))))
    again = draw(st.lists(st.sampled_from(order), max_size=5))
    return sizes, [*order, *again]


class TestCommittable:
    @given(histories())
    def test_never_past_a_gap_and_in_the_end_at_the_end(self, history: tuple[list[int], list[int]]) -> None:
        sizes, order = history
        ledger, entries, acked = Ledger(), [], set()
        for number in range(len(sizes)):
            entries.append(ledger.enter(sum(sizes[: number + 1]), sizes[number]))
        for number in order:
            ledger.ack(entries[number])
            acked.add(number)
            before_the_gap = next((one for one in range(len(sizes)) if one not in acked), len(sizes))
            assert (ledger.committable or 0) == sum(sizes[:before_the_gap])
        assert ledger.committable == sum(sizes)

    @given(histories(), st.integers(0, 30))
    def test_pending_counts_what_is_not_acknowledged(self, history: tuple[list[int], list[int]], acks: int) -> None:
        sizes, order = history
        ledger = Ledger()
        entries = [ledger.enter(sum(sizes[: number + 1]), size) for number, size in enumerate(sizes)]
        for number in order[:acks]:
            ledger.ack(entries[number])
        waiting = set(range(len(sizes))) - set(order[:acks])
        assert ledger.pending_records == sum(sizes[number] for number in waiting)

    @given(st.lists(st.sampled_from(["enter", "ack", "commit"]), max_size=40))
    def test_only_grows(self, steps: list[str]) -> None:
        ledger, seen = Ledger(), [0]
        entries: list[Entry] = []
        for step in steps:
            if step == "enter":
                entries.append(ledger.enter(len(entries) + 1, 1))
            elif step == "ack" and entries:
                ledger.ack(entries[-1 if len(seen) % 2 else 0])
            elif step == "commit":
                ledger.committed = ledger.committable
            seen.append(ledger.committable or 0)
        assert seen == sorted(seen)


class TestDue:
    def test_nothing_at_first(self) -> None:
        assert Ledger(committable=7, committed=7).due() is None

    def test_once_per_advance(self) -> None:
        ledger = Ledger()
        ledger.ack(ledger.enter(5, 5))
        assert ledger.due() == 5
        ledger.committed = 5
        assert ledger.due() is None


class TestStandingSince:
    def test_the_oldest_runs_arrival_or_the_last_advance(self) -> None:
        ledger = Ledger()
        assert ledger.standing_since() is None
        first, second = ledger.enter(1, 1, now=10), ledger.enter(2, 1, now=11)
        assert ledger.standing_since() == 10
        ledger.ack(second, now=12)
        assert ledger.standing_since() == 10
        ledger.ack(first, now=13)
        assert ledger.standing_since() is None

    def test_moves_with_each_run(self) -> None:
        ledger = Ledger()
        first, _ = ledger.enter(1, 1, now=10), ledger.enter(2, 1, now=10)
        ledger.ack(first, now=15)
        assert ledger.standing_since() == 15
