"""How a rebuild's work is shared out, and which records it is made of."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.operator.rebuilds.workers import Task, keep_of, shared_out
from infra.stores.log_reading import Span
from infra.stores.projections import Scope, Version

NOW = datetime(2026, 11, 29, tzinfo=UTC)
VERSION = Version("timeline", 2, "building", "", NOW, NOW, None)


def task(*lengths: int) -> Task:
    spans = [Span("conversation.events", partition, 0, length) for partition, length in enumerate(lengths)]
    return Task(VERSION, spans, dict.fromkeys(range(len(lengths)), 0))


class TestSharedOut:
    def test_the_longest_stands_alone(self) -> None:
        shares = shared_out(task(100, 10, 10, 10), 2)
        assert [[100], [10, 10, 10]] == [[len(span) for span in one.spans] for one in shares]

    @given(st.lists(st.integers(1, 1_000), min_size=1, max_size=12), st.integers(1, 16))
    def test_each_span_once_and_no_worker_idle(self, lengths: list[int], workers: int) -> None:
        whole = task(*lengths)
        shares = shared_out(whole, workers)
        partitions = sorted(span.partition for one in shares for span in one.spans)
        assert list(range(len(lengths))) == partitions
        assert len(shares) == min(workers, len(lengths))
        assert all(one.spans for one in shares)


class TestKeepOf:
    def test_all_of_the_whole_log(self) -> None:
        assert keep_of(Scope()) is None
        assert keep_of(Scope(since_ms=1)) is None

    def test_one_conversation(self) -> None:
        keep = keep_of(Scope(conversation_id="c"))
        assert keep is not None
        assert [True, False, False] == [keep(key, b"c") for key in (b"c", b"d", None)]


class TestScope:
    @pytest.mark.parametrize("scope", [Scope(), Scope(conversation_id="c"), Scope(since_ms=1_700_000_000_000)])
    def test_there_and_back(self, scope: Scope) -> None:
        assert scope == Scope.parse(str(scope))
