"""Files are a function of the records alone."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.operator.exports import writing
from infra.operator.exports.columns import records as records_of
from infra.operator.exports.writing import groups, write
from infra.stores.log_reading import Record
from schemas.codec import encode
from schemas.times import milliseconds
from tests.builders import CONVERSATION, sent

MIDNIGHT_MS = milliseconds("2026-11-25T00:00:00Z")
GROUP = 8


@pytest.fixture(autouse=True)
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "GROUP_RECORDS", GROUP)


def around_midnight(first: int, count: int, midnight: int) -> list[Record]:
    """A record a second; the first of the new day is at this offset."""
    return [
        Record(
            "t",
            1,
            offset,
            MIDNIGHT_MS + (offset - midnight) * 1000,
            CONVERSATION.encode(),
            encode(sent(offset + 1)),
            (),
        )
        for offset in range(first, first + count)
    ]


def runs_of(records: Sequence[Record], sizes: Sequence[int]) -> list[Sequence[Record]]:
    runs, start = [], 0
    for size in sizes:
        runs.append(records[start : start + size])
        start += size
    return [*runs, records[start:]]


class TestWrite:
    def test_a_file_for_each_date(self, tmp_path: Path) -> None:
        records = around_midnight(5, 30, midnight=20)
        one, two = write([records], tmp_path)
        assert ("2026-11-24", 5, 19, 15) == (
            one.entry.date,
            one.entry.first_offset,
            one.entry.last_offset,
            one.entry.rows,
        )
        assert ("2026-11-25", 20, 34, 15) == (
            two.entry.date,
            two.entry.first_offset,
            two.entry.last_offset,
            two.entry.rows,
        )
        assert f"topic=t/date=2026-11-24/1-{5:020}-{19:020}.parquet" == one.entry.name

    def test_records_as_they_were(self, tmp_path: Path) -> None:
        records = around_midnight(0, 20, midnight=40)
        (one,) = write([records], tmp_path)
        found = [record for rows in pq.read_table(one.path).to_batches() for record in records_of("t", rows)]
        assert [(record.offset, record.value) for record in records] == [
            (record.offset, record.value) for record in found
        ]

    def test_entry_says_what_is_on_the_disk(self, tmp_path: Path) -> None:
        (one,) = write([around_midnight(0, 20, midnight=40)], tmp_path)
        data = one.path.read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one.entry.bytes, one.entry.sha256)

    @given(st.integers(0, 30), st.integers(1, 60), st.integers(0, 90), st.lists(st.integers(0, 20), max_size=8))
    def test_the_same_bytes_however_they_come(
        self, tmp_path_factory: pytest.TempPathFactory, first: int, count: int, midnight: int, sizes: list[int]
    ) -> None:
        records = around_midnight(first, count, midnight)
        whole = write([records], tmp_path_factory.mktemp("whole"))
        parts = write(runs_of(records, sizes), tmp_path_factory.mktemp("parts"))
        assert [one.entry for one in whole] == [one.entry for one in parts]

    def test_nothing(self, tmp_path: Path) -> None:
        assert [] == write([], tmp_path)


class TestGroups:
    def test_cut_at_aligned_offsets_and_dates(self) -> None:
        found = groups([around_midnight(5, 20, midnight=12)])
        assert [(5, 7), (8, 11), (12, 15), (16, 23), (24, 24)] == [(some[0].offset, some[-1].offset) for some in found]

    def test_a_clock_that_goes_back_over_midnight(self) -> None:
        day, before = around_midnight(0, 3, midnight=0), around_midnight(3, 2, midnight=9)
        assert [3, 2] == [len(some) for some in groups([[*day, *before]])]
