"""Rows of an answer as programs read them."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from infra.operator.exports.answers import as_csv, as_json

MOMENT = datetime(2026, 11, 24, 13, 0, 1, 250_000, UTC)
ROWS = pa.RecordBatch.from_pydict(
    {
        "at": [MOMENT, None],
        "local": [datetime(2026, 11, 24), None],  # noqa: DTZ001 — a TIMESTAMP of SQL has no zone
        "day": [date(2026, 11, 24), None],
        "whole": [Decimal(7), None],
        "part": [Decimal("0.25"), None],
        "ids": [["a", "b"], None],
        "bytes": [b"\xff", None],
        "text": ["a,b", None],
    }
)
AT = "2026-11-24T13:00:01.250Z"


@pytest.fixture
def reader() -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(ROWS.schema, [ROWS])


class TestJson:
    def test_one_object_a_line(self, reader: pa.RecordBatchReader, capsys: pytest.CaptureFixture[str]) -> None:
        as_json(reader)
        first, second = map(json.loads, capsys.readouterr().out.splitlines())
        assert first == {
            "at": AT, "local": "2026-11-24 00:00:00", "day": "2026-11-24", "whole": 7, "part": 0.25, "ids": ["a", "b"],
            "bytes": "/w==", "text": "a,b",
        }  # fmt: skip
        assert {None} == set(second.values())


class TestCsv:
    def test_names_first_and_null_is_empty(
        self, reader: pa.RecordBatchReader, capsys: pytest.CaptureFixture[str]
    ) -> None:
        as_csv(reader)
        names, first, second = capsys.readouterr().out.splitlines()
        assert names == "at,local,day,whole,part,ids,bytes,text"
        assert first.startswith(f"{AT},2026-11-24 00:00:00,2026-11-24,7,0.25,\"['a', 'b']\",")
        assert first.endswith('"a,b"')
        assert ",,,,,,," == second
