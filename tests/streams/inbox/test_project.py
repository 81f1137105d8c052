"""Events to writes of the inbox: whatever the split into batches, and however often, the view is the same."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from infra.stores.inbox import Head, InboxWrites, Joined, ReadPosition
from schemas.events import AnyEvent
from streams.inbox.project import project
from streams.runtime.records import Record
from tests.builders import ALICE, BOB, CONVERSATION, OTHER_CONVERSATION, broken_record, record, refused, repeated, sent
from tests.strategies import Arrival, arrivals
from tests.streams.conversation.history import decide_all


class View:
    """The inbox's tables in the plainest form, with the store's own rules for what may be replaced."""

    def __init__(self) -> None:
        self.heads: dict[str, Head] = {}
        self.joined: dict[tuple[str, str], Joined] = {}
        self.read: dict[tuple[str, str], ReadPosition] = {}

    def apply(self, writes: InboxWrites) -> None:
        for head in writes.heads:
            if head.conversation_id not in self.heads or self.heads[head.conversation_id].seq < head.seq:
                self.heads[head.conversation_id] = head
        for member in writes.joined:
            self.joined.setdefault((member.conversation_id, member.user_id), member)
        for position in writes.read:
            key = (position.conversation_id, position.user_id)
            if key in self.joined and (key not in self.read or self.read[key].seq < position.seq):
                self.read[key] = position

    def contents(self) -> tuple[object, ...]:
        return self.heads, self.joined, self.read


def view_of(batches: Iterable[Sequence[Record]]) -> tuple[object, ...]:
    view = View()
    for batch in batches:
        view.apply(project(batch))
    return view.contents()


def records(events: Iterable[AnyEvent]) -> list[Record]:
    return [record(event, offset) for offset, event in enumerate(events)]


class TestMessageSent:
    def test_the_first_brings_both_members(self) -> None:
        writes = project([record(sent(1))])
        expected = [
            Joined(CONVERSATION, ALICE, 1, 0, 0, "member"),
            Joined(CONVERSATION, BOB, 1, 0, 1, "member"),
        ]
        assert expected == writes.joined

    def test_moves_the_head_and_the_senders_read_position(self) -> None:
        last = record(sent(5, actor_id=BOB), 4)
        writes = project([last])
        assert [Head(CONVERSATION, "direct", 5, 5, sent(5).at, last.value)] == writes.heads
        assert [ReadPosition(CONVERSATION, BOB, 5, 5)] == writes.read

    def test_only_the_last_head_of_a_batch_is_written(self) -> None:
        some = [sent(1), sent(2, actor_id=BOB), sent(1, conversation_id=OTHER_CONVERSATION), sent(3)]
        writes = project(records(some))
        assert {CONVERSATION: 3, OTHER_CONVERSATION: 1} == {head.conversation_id: head.seq for head in writes.heads}
        assert 2 == len(writes.heads)
        assert [(ALICE, 3), (BOB, 2), (ALICE, 1)] == [(one.user_id, one.seq) for one in writes.read]

    def test_the_second_record_of_a_seq_is_dropped(self) -> None:
        batch = records([sent(1), sent(2), sent(2, actor_id=BOB, client_id="other")])
        assert project(batch[:2]) == project(batch)


class TestOtherRecords:
    def test_write_nothing(self) -> None:
        some = [*records([refused(), repeated(sent(1))]), broken_record(seq=3)]
        assert InboxWrites([], [], []) == project(some)


class TestAnyBatches:
    @given(arrivals(), st.lists(st.integers(0, 30), max_size=6))
    def test_any_split_gives_the_same_view(self, some: list[Arrival], cuts: list[int]) -> None:
        all_ = records(decide_all(some))
        borders = [0, *sorted(min(cut, len(all_)) for cut in cuts), len(all_)]
        batches = [all_[start:end] for start, end in pairwise(borders)]
        assert view_of([all_]) == view_of(batches)

    @given(arrivals(), st.integers(0, 30), st.integers(0, 30))
    def test_a_replay_changes_nothing(self, some: list[Arrival], start: int, end: int) -> None:
        all_ = records(decide_all(some))
        assert view_of([all_]) == view_of([all_, all_[start:end], all_[end:]])

    @given(arrivals(), arrivals())
    def test_order_between_conversations_does_not_matter(self, some: list[Arrival], others: list[Arrival]) -> None:
        mine = records(decide_all(some))
        theirs = records(decide_all(others))
        theirs = [
            Record(one.topic, 1, one.offset, one.at_ms, one.key, moved(one.value), one.headers) for one in theirs
        ]
        assert view_of([[*mine, *theirs]]) == view_of([theirs, mine])


def moved(value: bytes) -> bytes:
    """The same event in the other conversation."""
    return value.replace(CONVERSATION.encode(), OTHER_CONVERSATION.encode())
