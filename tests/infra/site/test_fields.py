"""Types in words."""

import pytest
from msgspec.json import schema

from infra.site.fields import section, table, words
from schemas.frames import SendMessage
from schemas.ids import Id
from schemas.times import Timestamp


class TestWords:
    @pytest.mark.parametrize(
        ("kind", "said"),
        [
            (Id, "id"),
            (Timestamp, "time"),
            (bytes, "base64"),
            (str | None, "string or null"),
            (tuple[int, ...], "list of integer"),
            (dict[str, bool], "object of boolean"),
        ],
    )
    def test_say_what_a_type_is(self, kind: object, said: str) -> None:
        assert said == words(schema(kind))

    def test_limits_are_said(self) -> None:
        assert "string, 1 to 64 characters" == words({"type": "string", "minLength": 1, "maxLength": 64})
        assert "string, at most 5 characters" == words({"type": "string", "maxLength": 5})
        assert "integer, at least 1" == words({"type": "integer", "minimum": 1})
        assert "`a` or `b`" == words({"enum": ["a", "b"]})
        assert "[Text](#text)" == words({"$ref": "#/x/Text"})


class TestTable:
    def test_marks_what_is_always_there_and_leaves_the_tag_out(self) -> None:
        whole = schema(SendMessage)["$defs"]["SendMessage"]
        said = table(whole)
        assert "| `client_id`* | string, 1 to 64 characters |" in said
        assert "| `mentions` | list of id, at most 100 items |" in said
        assert "`type`" not in said

    def test_a_section_without_fields_is_its_heading(self) -> None:
        assert "### Heartbeat\n" == section("Heartbeat", {"type": "object", "properties": {"type": {}}})
