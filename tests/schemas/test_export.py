"""The schemas that others read the log by: those in `docs/schemas` are of today, and are not broken by tomorrow's."""

from pathlib import Path

import msgspec
import pytest

from schemas import asyncapi
from schemas.export import ASYNCAPI, SCHEMAS, broken, export, exports, main
from schemas.topics import CONVERSATION_EVENTS, TOPICS
from tests.schemas.golden_samples import FOLDER, sample_at

COMMITTED = Path(__file__).parents[2] / "docs"


def changed(folder: Path, old: bytes, new: bytes) -> Path:
    """Write today's schemas, of which that of events once said something else."""
    main([str(folder)])
    path = folder / SCHEMAS / "conversation.events.json"
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    return path


RUN = "run: python -m schemas.export docs"


class TestCommittedSchemas:
    @pytest.mark.parametrize("name", sorted(exports()))
    def test_are_current(self, name: str) -> None:
        assert exports()[name].decode() == (COMMITTED / SCHEMAS / name).read_text(), RUN

    def test_so_is_the_document_of_the_socket(self) -> None:
        assert asyncapi.encoded().decode() == (COMMITTED / ASYNCAPI).read_text(), RUN

    def test_there_is_one_for_every_topic_and_no_other(self) -> None:
        assert {f"{topic.name}.json" for topic in TOPICS} == {path.name for path in (COMMITTED / SCHEMAS).iterdir()}

    def test_are_not_broken_by_the_types_of_today(self) -> None:
        assert [] == broken(COMMITTED)


class TestExport:
    def test_is_always_the_same(self) -> None:
        assert export(CONVERSATION_EVENTS) == export(CONVERSATION_EVENTS)

    def test_has_every_field_of_the_golden_samples(self) -> None:
        for sample in map(sample_at, FOLDER.glob("*.json")):
            types = msgspec.json.decode(exports()[f"{sample.topic}.json"])["$defs"]
            fields = msgspec.json.decode(sample.value_bytes, type=dict[str, object])
            assert fields.keys() <= types[fields["type"]]["properties"].keys()


class TestMain:
    def test_writes_all(self, tmp_path: Path) -> None:
        assert 0 == main([str(tmp_path / "new")])
        written = (tmp_path / "new" / SCHEMAS).iterdir()
        assert exports() == {path.name: path.read_bytes() for path in written}
        assert asyncapi.encoded() == (tmp_path / "new" / ASYNCAPI).read_bytes()

    def test_a_widened_type_is_written(self, tmp_path: Path) -> None:
        path = changed(tmp_path, b'"too-late",', b"")
        assert 0 == main([str(tmp_path)])
        assert export(CONVERSATION_EVENTS) == path.read_bytes()

    def test_a_break_is_refused_and_nothing_written(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = changed(tmp_path, b'"message_number"', b'"message_count"')
        before = path.read_bytes()
        assert 1 == main([str(tmp_path)])
        assert before == path.read_bytes()
        assert "MessageSent.message_count was removed or renamed" in capsys.readouterr().err

    def test_a_topic_that_is_gone_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / SCHEMAS).mkdir()
        (tmp_path / SCHEMAS / "rooms.json").write_text("{}")
        assert ["rooms.json: the topic is gone"] == broken(tmp_path)
