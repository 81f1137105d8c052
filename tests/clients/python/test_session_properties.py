"""Whatever the network and the views do: every seq once, in order."""

from hypothesis import given
from hypothesis import strategies as st

from clients.python.effects import Announce, Effect, FetchMissing, HoleSkipped
from clients.python.frames import AnyFrame, MessageSent
from clients.python.holes import ATTEMPTS_MAX
from clients.python.session import Session
from tests.clients.builders import caught_up, message, messages, snapshot, synced, welcome

LENGTH = 12
seq_lists = st.lists(st.integers(1, LENGTH), max_size=40)


class Run:
    """A session, what it announced, and the pages that it waits for."""

    def __init__(self) -> None:
        self.session = Session()
        self.announced: list[int] = []
        self.skipped = 0
        self.asked: list[FetchMissing] = []
        self.now = 0.0
        self.session.hello("ticket")
        self.take(welcome(), snapshot(), synced(recovered=False))

    def take(self, *frames: AnyFrame) -> None:
        for frame in frames:
            self.carry_out(self.session.receive(frame, self.now))

    def carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Announce(MessageSent() as event):
                    self.announced.append(event.seq)
                case Announce(HoleSkipped()):
                    self.skipped += 1
                case FetchMissing():
                    self.asked.append(effect)
                case _:
                    pass

    def answer_pages(self, view_seq: int) -> None:
        """The timeline, which has got as far as a seq, answers everything that was asked."""
        asked, self.asked = self.asked, []
        for page in asked:
            shown = messages(page.after + 1, view_seq)
            self.carry_out(self.session.missing_received(page, shown, self.now))
        self.now += 5.0
        self.carry_out(self.session.wake(self.now))


class TestOrder:
    @given(st.permutations(range(1, LENGTH + 1)), seq_lists)
    def test_any_interleaving_of_repeats_gives_each_once_in_order(
        self, order: list[int], repeats: list[int]
    ) -> None:
        run = Run()
        run.take(*(message(seq) for seq in [*repeats, *order, *repeats]))
        assert list(range(1, LENGTH + 1)) == run.announced

    @given(seq_lists, st.lists(st.integers(0, LENGTH), max_size=ATTEMPTS_MAX - 1))
    def test_holes_are_filled_however_late_the_view_is(self, arrivals: list[int], views: list[int]) -> None:
        run = Run()
        run.take(*(message(seq) for seq in arrivals), message(LENGTH))
        for view_seq in sorted(views):
            run.answer_pages(view_seq)
        for _ in range(3):
            run.answer_pages(LENGTH)
        assert (list(range(1, LENGTH + 1)), 0) == (run.announced, run.skipped)

    @given(seq_lists, seq_lists)
    def test_nothing_twice_and_nothing_missing_after_a_reconnect(
        self, before: list[int], after: list[int]
    ) -> None:
        run = Run()
        run.take(*(message(seq) for seq in before))
        run.session.hello("ticket")
        missed = messages(run.session.bookmark.cursors.get(message(1).conversation_id, 0) + 1, LENGTH)
        run.take(welcome(), caught_up(*missed, head_seq=LENGTH), synced(recovered=True))
        run.take(*(message(seq) for seq in after))
        assert list(range(1, LENGTH + 1)) == run.announced

    @given(seq_lists, st.lists(st.integers(1, LENGTH), max_size=30))
    def test_never_out_of_order_even_when_nothing_is_ever_filled(
        self, arrivals: list[int], more: list[int]
    ) -> None:
        run = Run()
        run.take(*(message(seq) for seq in arrivals))
        for _ in range(ATTEMPTS_MAX + 2):
            run.answer_pages(0)
        run.take(*(message(seq) for seq in more))
        assert sorted(set(run.announced)) == run.announced
