"""A report says what differs, where, and ends the command as scripts expect."""

import json

import pytest
import typer

from infra.operator.proof.differing import Tally, differences
from infra.operator.proof.report import Report, end, report, show
from infra.operator.proof.rows import Rows
from tests.builders import ALICE, CONVERSATION

EVENT = '{"type":"MessageSent","text":"' + "x" * 200
PLACE = "conversation.events/0@7"


def row(event: str) -> Rows:
    return {("timeline", 7): (5, None, event.encode(), None, (), None, ())}


def report_of(wanted: Rows, found: Rows, unjudged: int = 0) -> Report:
    tally = Tally(5, unjudged=unjudged)
    tally.add(wanted, found, list(differences(CONVERSATION, wanted, found)), lambda _: PLACE)
    return report("timeline", 2, "timeline-1", tally, digests=("ab", "cd"), seconds=1.23)


class TestReport:
    def test_values_from_where_they_begin_to_differ(self) -> None:
        (example,) = report_of(row(EVENT + "1"), row(EVENT + "2")).examples
        should, is_ = example.fields["event"]
        assert should is not None
        assert is_ is not None
        assert ("…xxxxxxxxxxxx1", "…xxxxxxxxxxxx2") == (should, is_)
        assert ({"seq": 7}, PLACE) == (example.key, example.place)

    def test_short_values_whole(self) -> None:
        (example,) = report_of({("receipts", ALICE, "read", 5): (1,)}, {("receipts", ALICE, "read", 5): (2,)}).examples
        assert {"at_ms": ("1", "2")} == example.fields

    def test_a_missing_row_has_no_fields(self) -> None:
        (example,) = report_of(row(EVENT), {}).examples
        assert ("missing", {}) == (example.kind, example.fields)


class TestShow:
    def test_for_people(self, capsys: pytest.CaptureFixture[str]) -> None:
        show([report_of(row(EVENT + "1"), row(EVENT + "2"))], as_json=False)
        out = capsys.readouterr().out
        assert "timeline-2 against timeline-1: 0 rows missing, 0 extra, 1 different; 0 rows" in out
        assert "1 rows differ in timeline.event" in out
        assert PLACE in out

    def test_for_machines(self, capsys: pytest.CaptureFixture[str]) -> None:
        show([report_of(row("a"), row("a"))], as_json=True)
        (found,) = json.loads(capsys.readouterr().out)
        assert (1, 0, "ab", "cd") == (found["equal"], found["different"], found["wanted_sha256"], found["found_sha256"])


class TestEnd:
    def test_equal(self) -> None:
        end([report_of(row("a"), row("a"))])

    def test_different(self) -> None:
        with pytest.raises(typer.Exit) as ended:
            end([report_of(row("a"), row("b"), unjudged=1)])
        assert 3 == ended.value.exit_code

    def test_not_judged(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(typer.Exit) as ended:
            end([report_of(row("a"), row("a"), unjudged=2)])
        assert 1 == ended.value.exit_code
        assert "2 conversations never stood still" in capsys.readouterr().err
