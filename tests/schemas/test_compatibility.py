"""Which changes of a type break those who read what was written before."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from msgspec import UNSET, Meta, Struct, UnsetType, defstruct

from schemas.codec import json_schema
from schemas.compatibility import breaks
from schemas.topics import TOPICS, Topic
from tests.strategies import json_values

Field = tuple[str, Any] | tuple[str, Any, Any]
OLD: tuple[Field, ...] = (("seq", int), ("note", str | None, None))


class Inner(Struct):
    at: int


class InnerNewlyRequired(Struct):
    at: int
    by: int


def schema(*fields: Field, name: str = "Sent") -> dict[str, Any]:
    return json_schema((defstruct(name, fields, tag_field="type", tag=True),))


def one(type_: Any) -> dict[str, Any]:
    return schema(("x", type_))


class TestAllowed:
    def test_nothing_changed(self) -> None:
        assert [] == breaks(schema(*OLD), schema(*OLD))

    def test_a_new_field_that_may_be_missing(self) -> None:
        assert [] == breaks(schema(*OLD), schema(*OLD, ("at", int, 0)))

    def test_a_required_field_may_go_missing(self) -> None:
        assert [] == breaks(schema(("seq", int)), schema(("seq", int, 0)))

    def test_a_new_type(self) -> None:
        old = defstruct("Sent", [("seq", int)], tag_field="type", tag=True)
        new = defstruct("Edited", [("seq", int)], tag_field="type", tag=True)
        assert [] == breaks(json_schema((old,)), json_schema((old, new)))

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (Literal["a", "b"], Literal["a", "b", "c"]),
            (int, int | None),
            (str | None, int | str | None),
            (Annotated[int, Meta(ge=1)], Annotated[int, Meta(ge=0)]),
            (Annotated[str, Meta(max_length=3)], Annotated[str, Meta(max_length=4)]),
            (Annotated[str, Meta(max_length=3)], str),
            (tuple[int, ...], tuple[int | None, ...]),
        ],
    )
    def test_a_wider_value(self, old: Any, new: Any) -> None:
        assert [] == breaks(one(old), one(new))


class TestRefused:
    def test_a_removed_field(self) -> None:
        assert ["Sent.note was removed or renamed"] == breaks(schema(*OLD), schema(("seq", int)))

    def test_a_renamed_field(self) -> None:
        found = breaks(schema(("seq", int)), schema(("place", int)))
        assert ["Sent.seq was removed or renamed", "Sent.place is newly required"] == found

    def test_a_newly_required_field(self) -> None:
        assert ["Sent.note is newly required"] == breaks(schema(*OLD), schema(("seq", int), ("note", str | None)))
        assert ["Sent.at is newly required"] == breaks(schema(*OLD), schema(("at", int), *OLD))

    def test_a_renamed_type(self) -> None:
        found = breaks(schema(*OLD), schema(*OLD, name="Posted"))
        assert "Sent was removed or renamed" in found

    def test_a_break_within(self) -> None:
        new = breaks(one(Inner), {**one(Inner), "$defs": one(Inner)["$defs"] | newly_required()})
        assert ["Inner.by is newly required"] == new

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (int, str),
            (int | None, int),
            (int | str, int | None),
            (Literal["a", "b"], Literal["a"]),
            (str, Literal["a"]),
            (Annotated[int, Meta(ge=0)], Annotated[int, Meta(ge=1)]),
            (int, Annotated[int, Meta(ge=1)]),
            (str, Annotated[str, Meta(max_length=4)]),
            (str, Annotated[str, Meta(pattern="^a$")]),
            (tuple[int, ...], tuple[str, ...]),
            (tuple[int, str], tuple[int, int]),
            (tuple[int, str], tuple[int]),
            (str, bytes),
            (Inner, int),
        ],
    )
    def test_a_narrower_or_another_value(self, old: Any, new: Any) -> None:
        assert breaks(one(old), one(new))


def newly_required() -> Mapping[str, Any]:
    return {"Inner": json_schema((InnerNewlyRequired,))["$defs"]["InnerNewlyRequired"] | {"title": "Inner"}}


class TestOfTopics:
    @pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
    def test_every_field_that_goes_is_noticed(self, topic: Topic) -> None:
        whole = json_schema(topic.values)
        for name, type_ in whole["$defs"].items():
            for field in type_.get("properties", ()):
                left = {key: value for key, value in type_["properties"].items() if key != field}
                broken = whole | {"$defs": whole["$defs"] | {name: type_ | {"properties": left}}}
                assert f"{name}.{field} was removed or renamed" in breaks(whole, broken)

    @pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
    def test_every_field_that_becomes_required_is_noticed(self, topic: Topic) -> None:
        whole = json_schema(topic.values)
        for name, type_ in whole["$defs"].items():
            required = [field for field in type_.get("properties", ()) if field not in type_["required"]]
            for field in required:
                changed = type_ | {"required": [*type_["required"], field]}
                broken = whole | {"$defs": whole["$defs"] | {name: changed}}
                assert f"{name}.{field} is newly required" in breaks(whole, broken)

    @given(json_values)
    def test_a_default_is_no_break(self, default: object) -> None:
        assert [] == breaks({"type": "integer"}, {"type": "integer", "default": default})


def test_unset_is_a_field_that_may_be_missing() -> None:
    assert [] == breaks(schema(*OLD), schema(*OLD, ("client_id", str | UnsetType, UNSET)))
