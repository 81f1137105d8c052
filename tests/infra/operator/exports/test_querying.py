"""SQL over an export: what it may do, and what is said where it fails."""

import json
from pathlib import Path

import pytest
import typer

from infra.operator.exports.answers import as_json, as_table
from infra.operator.exports.querying import query
from tests.builders import ALICE, delivered, sent
from tests.infra.operator.exports.exported import logged, write

AT = "2026-11-24T13:00:01.250Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two messages on one day, and one in another partition on the next."""
    write(
        tmp_path / "export",
        [logged(sent(1), 0, AT), logged(sent(2), 1, AT), logged(delivered(2), 0, "2026-11-25T00:00:00Z", partition=1)],
    )
    return tmp_path / "export"


@pytest.fixture
def ask(folder: Path, capsys: pytest.CaptureFixture[str]) -> "Ask":
    return Ask(folder, capsys)


class Ask:
    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._capsys = capsys

    def rows(self, sql: str) -> list[dict[str, object]]:
        query(sql, str(self._folder), is_checked=True, show=as_json)
        return [json.loads(line) for line in self._capsys.readouterr().out.splitlines()]

    def fault(self, sql: str = "SELECT count(*) FROM conversation_events", *, is_checked: bool = True) -> str:
        """What is said; it ends with 1."""
        with pytest.raises(typer.Exit) as ended:
            query(sql, str(self._folder), is_checked=is_checked, show=as_json)
        assert 1 == ended.value.exit_code
        told = self._capsys.readouterr()
        assert not told.out
        return told.err


class TestTables:
    def test_a_topic_with_its_folders_as_columns(self, ask: Ask) -> None:
        sql = "SELECT topic, date, count(*) AS count FROM conversation_events GROUP BY ALL ORDER BY ALL"
        topic = {"topic": "conversation.events"}
        assert [{**topic, "date": "2026-11-24", "count": 2}, {**topic, "date": "2026-11-25", "count": 1}] == ask.rows(
            sql
        )

    def test_values_are_json(self, ask: Ask) -> None:
        sql = "SELECT value->>'$.actor_id' AS who FROM conversation_events WHERE partition = 0 AND log_offset = 1"
        assert [{"who": ALICE}] == ask.rows(sql)

    def test_times_are_the_houses(self, ask: Ask) -> None:
        sql = "SELECT min(appended_at) AS first, date_trunc('day', min(appended_at)) AS day FROM conversation_events"
        assert [{"first": AT, "day": "2026-11-24T00:00:00.000Z"}] == ask.rows(sql)

    def test_whole_numbers_stay_whole(self, ask: Ask) -> None:
        assert [{"sum": 58}] == ask.rows("SELECT sum(size) AS sum FROM conversation_events")

    def test_files_that_the_manifest_does_not_name(self, ask: Ask, folder: Path) -> None:
        (one, *_) = folder.rglob("*.parquet")
        one.with_name("0-left-by-a-crash.parquet").write_bytes(one.read_bytes())
        assert [{"count": 3}] == ask.rows("SELECT count(*) AS count FROM conversation_events")


class TestForPeople:
    def test_a_table(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        sql = "SELECT type, count(*) AS count FROM conversation_events GROUP BY ALL ORDER BY ALL"
        query(sql, str(folder), is_checked=True, show=as_table)
        head, first, second = (line.split() for line in capsys.readouterr().out.splitlines())
        assert [["type", "count"], ["DeliveredAdvanced", "1"], ["MessageSent", "2"]] == [head, first, second]

    def test_says_that_there_is_more(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        query("SELECT * FROM range(1300)", str(folder), is_checked=True, show=as_table)
        assert "… and 1,100 rows more" in capsys.readouterr().out


class TestRefused:
    @pytest.mark.parametrize(
        ("sql", "sentence"),
        [
            ("SELEC 1", "syntax error"),
            ("SELECT nothing FROM conversation_events", "nothing"),
            ("SELECT * FROM nowhere", "nowhere does not exist"),
            ("SELECT 1; SELECT 2", "one statement"),
            ("", "one statement"),
            ("SELECT * FROM read_text('/etc/hostname')", "disabled by configuration"),
            ("SELECT * FROM read_parquet('/etc/*.parquet')", "disabled by configuration"),
            ("COPY (SELECT 1) TO 'out.csv'", "disabled by configuration"),
            ("ATTACH 'other.db'", "disabled by configuration"),
            ("SET enable_external_access = true", "locked"),
            ("SELECT 1 / 0 FROM error('said so')", "error"),
        ],
    )
    def test_in_duckdbs_own_words(self, ask: Ask, sql: str, sentence: str) -> None:
        assert sentence in ask.fault(sql)

    def test_tables_stay_as_they_are(self, ask: Ask) -> None:
        assert ask.fault("DELETE FROM conversation_events")

    def test_no_export(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(typer.Exit):
            query("SELECT 1", str(tmp_path / "nothing"), is_checked=True, show=as_json)
        assert "there is no export at" in capsys.readouterr().err


class TestDamaged:
    def test_a_file_is_missing(self, ask: Ask, folder: Path) -> None:
        first(folder).unlink()
        assert "the export is damaged: topic=conversation.events/date=2026-11-24" in ask.fault()
        assert [{"1": 1}] == ask.rows("SELECT 1")  # which reads none of it

    def test_a_file_is_shorter(self, ask: Ask, folder: Path) -> None:
        first(folder).write_bytes(first(folder).read_bytes()[:-1])
        assert "bytes, not" in ask.fault(is_checked=False)

    def test_a_byte_is_another(self, ask: Ask, folder: Path) -> None:
        flip(first(folder), 1000)
        assert "its SHA-256 is not that of the manifest" in ask.fault()

    def test_a_page_is_damaged_and_nobody_checked(self, ask: Ask, folder: Path) -> None:
        flip(first(folder), 60)
        assert ask.fault("SELECT sum(hash(COLUMNS(*))) FROM conversation_events", is_checked=False)

    def test_the_manifest(self, ask: Ask, folder: Path) -> None:
        (folder / "manifest.json").write_text("{")
        assert "manifest.json cannot be read" in ask.fault()

    def test_no_manifest(self, ask: Ask, folder: Path) -> None:
        (folder / "manifest.json").unlink()
        assert "has files of an export, but no manifest.json" in ask.fault()


def first(folder: Path) -> Path:
    (found,) = (folder / "topic=conversation.events/date=2026-11-24").iterdir()
    return found


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 0xFF
    path.write_bytes(data)
