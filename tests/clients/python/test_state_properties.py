"""State after live events equals state fetched afresh, however the events came."""

from dataclasses import dataclass, field

from hypothesis import event, given, settings
from hypothesis import strategies as st

from clients.python.effects import Effect, FetchConversation, FetchMissing, HoleSkipped, Question
from clients.python.frames import AnyTimelineEvent, Watermark
from clients.python.session import Session
from clients.python.state import ConversationState, of_api, of_copy
from tests.clients.builders import ALICE, CONVERSATION, caught_up, snapshot, synced, welcome
from tests.clients.histories import steps, written
from tests.clients.world import Entry, live, seen_after, summary, timeline

PAGE_EVENTS = 4
MOVES = ("next", "next", "next", "next", "repeat", "lose", "answer", "page", "reconnect", "replace")


@dataclass
class Device:
    """Alice's, somewhere in the log: `place` entries have been sent to it."""

    log: list[Entry]
    place: int = 1
    session: Session = field(default_factory=Session)
    questions: list[Question] = field(default_factory=list)
    now: float = 0.0

    def take(self, effects: list[Effect]) -> None:
        self.questions += [effect for effect in effects if isinstance(effect, FetchMissing | FetchConversation)]
        assert not any(isinstance(getattr(effect, "event", None), HoleSkipped) for effect in effects)

    def connect(self, *, is_replaced: bool) -> None:
        """From the cursors, or with a Snapshot; what is shown is how things are at this place of the log."""
        hello_cursor = self.session.bookmark.cursors.get(CONVERSATION, 0)
        self.session.hello("ticket")
        self.questions.clear()
        seen = seen_after(self.log[: self.place])
        row = summary(seen)
        self.take(self.session.receive(welcome(), self.now))
        if is_replaced:
            self.take(self.session.receive(snapshot(summary(seen, with_members=False)), self.now))
        else:
            missed = [one for one in timeline(seen) if one.seq > hello_cursor]
            members = row.members if seen.is_alice_here else ()
            marks = tuple(
                Watermark(one.user_id, one.delivered_seq, one.read_seq)
                for one in members or ()
                if not isinstance(one, str)
            )
            frame = caught_up(*missed, head_seq=row.head_seq, watermarks=marks)
            self.take(self.session.receive(frame, self.now))
        self.take(self.session.receive(synced(recovered=not is_replaced), self.now))

    def next(self, *, is_lost: bool = False) -> None:
        """The next entry of the log, or a hole where a timeline event should be."""
        if self.place < len(self.log):
            self.place += 1
            for frame in live(self.log[: self.place]):
                if not (is_lost and isinstance(frame, AnyTimelineEvent)):
                    self.take(self.session.receive(frame, self.now))

    def repeat(self, back: int) -> None:
        for frame in live(self.log[: max(1, self.place - back)]):
            self.take(self.session.receive(frame, self.now))

    def answer(self, ahead: int) -> None:
        """The API answers what was asked, from views that may have seen more than was sent, or of members less."""
        seen, behind = seen_after(self.log[: self.place + ahead]), seen_after(self.log[: max(1, self.place - ahead)])
        asked, self.questions = self.questions, []
        for question in asked:
            match question:
                case FetchMissing():
                    shown = tuple(one for one in timeline(seen) if one.seq > question.after)
                    self.take(self.session.missing_received(question, shown, self.now))
                case FetchConversation():
                    self.take(self.session.conversation_received(question, summary(behind), self.now))
                case _:
                    pass
        self.now += 5.0
        self.take(self.session.wake(self.now))

    def page(self, ahead: int) -> None:
        """An older page, from a view that may have seen more than was sent, or less, but all that is older."""
        copy = self.session.conversations[CONVERSATION]
        places = range(max(1, self.place - 4), min(self.place + 4, len(self.log)) + 1)
        views = [seen_after(self.log[:place]) for place in places]
        views = [seen for seen in views if seen.head_seq >= copy.complete_from - 1]
        seen = views[ahead % len(views)] if views else seen_after(self.log)
        older = [one for one in timeline(seen) if one.seq < copy.complete_from]
        copy.remember(older[-PAGE_EVENTS:], has_more=len(older) > PAGE_EVENTS)

    def finish(self) -> ConversationState:
        """All that is left of the log, and whatever the events did not bring."""
        while self.place < len(self.log):
            self.next()
        while self.questions:
            self.answer(0)
        self.connect(is_replaced=False)  # what was lost last shows no jump
        while self.questions:
            self.answer(0)
        copy = self.session.conversations[CONVERSATION]
        if not copy.roster.is_complete:
            copy.describe(summary(seen_after(self.log)))
        while copy.complete_from > 1:
            self.page(3)
        return of_copy(copy)


moves = st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 3)), min_size=12, max_size=40)


@given(steps, moves)
@settings(max_examples=300)
def test_live_equals_fetched(history: list[tuple[str, int, int, int]], ways: list[tuple[str, int]]) -> None:
    log = written(history)
    device = Device(log)
    device.connect(is_replaced=False)
    for way, much in ways:
        event(way)
        match way:
            case "next":
                device.next()
            case "lose":
                device.next(is_lost=True)
            case "repeat":
                device.repeat(much)
            case "answer":
                device.answer(much)
            case "page":
                device.page(much)
            case _:
                device.connect(is_replaced=way == "replace")
    seen = seen_after(log)
    assert of_api(summary(seen), timeline(seen), ALICE) == device.finish()


@given(steps)
def test_copy_that_saw_everything_needs_nothing_fetched(history: list[tuple[str, int, int, int]]) -> None:
    log = written([step for step in history if step[0] not in ("add", "remove")])
    device = Device(log)
    device.connect(is_replaced=False)
    while device.place < len(log):
        device.next()
    copy = device.session.conversations[CONVERSATION]
    assert ([], True, 1) == (device.questions, copy.roster.is_complete, copy.complete_from)
    seen = seen_after(log)
    assert of_api(summary(seen), timeline(seen), ALICE) == of_copy(copy)
