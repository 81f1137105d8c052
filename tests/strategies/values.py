"""Values of any type of the language, made from the type itself: a new field or a new type is drawn without a word."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, get_args

import msgspec
from hypothesis import strategies as st
from msgspec import Raw, Struct, inspect

from schemas import bodies, times
from schemas.finished import FINISHED
from schemas.ids import UUID_PATTERN

Strategy = st.SearchStrategy[Any]
FIRST_OF_NUMBERS, LAST_OF_NUMBERS = -(1 << 53), 1 << 53  # what every JSON reader can hold
CHARACTERS_MAX = 40
ITEMS_MAX = 4

ids = st.uuids().map(str)
milliseconds = st.integers(0, 32_503_679_999_999)  # to the end of the year 2999
timestamps = milliseconds.map(times.timestamp)
encodable = st.characters(exclude_categories=["Cs"])  # lone surrogates never come out of UTF-8
clean = st.characters(exclude_categories=["Cs"], exclude_characters="\0")  # nor comes U+0000 past the door
_OF_PATTERN = {
    UUID_PATTERN: ids,
    get_args(times.Timestamp)[1].pattern: timestamps,
}


def values_of(type_: Any) -> Strategy:
    """Every value of a type, or of a union of types."""
    return _of(inspect.type_info(type_))


def _of(info: inspect.Type) -> Strategy:
    match info:
        case inspect.StructType(cls=cls):
            return _struct(cls)
        case inspect.StrType(pattern=str(pattern)):
            return _OF_PATTERN[pattern]
        case inspect.StrType(min_length=shortest, max_length=longest):
            return st.text(clean, min_size=shortest or 0, max_size=longest or CHARACTERS_MAX)
        case inspect.IntType(ge=first):
            return st.integers(FIRST_OF_NUMBERS if first is None else first, LAST_OF_NUMBERS)
        case inspect.FloatType(ge=first):
            return st.floats(min_value=first, allow_nan=False, allow_infinity=False)
        case inspect.BytesType():
            return st.binary(max_size=CHARACTERS_MAX)
        case inspect.VarTupleType(item_type=item):
            return st.lists(_of(item), max_size=ITEMS_MAX).map(tuple)
        case inspect.DictType(key_type=key, value_type=value):
            return st.dictionaries(_of(key), _of(value), max_size=ITEMS_MAX)
        case inspect.UnionType(types=types):
            return st.one_of([_of(one) for one in types])
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.EnumType(cls=cls):
            return st.sampled_from(list(cls))
        case inspect.Metadata(extra_json_schema={"enum": list(values)}):
            return st.sampled_from(values)
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
    raise TypeError(f"no strategy for {info}")


@lru_cache
def _struct(cls: type[Struct]) -> Strategy:
    info = inspect.type_info(cls)
    assert isinstance(info, inspect.StructType)
    own = _own(cls)
    of_fields = {field.name: own[field.name] if field.name in own else _of(field.type) for field in info.fields}
    needed = {field.name: of_fields[field.name] for field in info.fields if field.required}
    others = {name: of_field for name, of_field in of_fields.items() if name not in needed}
    return st.fixed_dictionaries(needed, optional=others).map(lambda fields: cls(**fields))


def _own(cls: type[Struct]) -> Mapping[str, Strategy]:
    """Fields of which the type does not say all."""
    if cls is bodies.Text:
        return {"text": st.text(encodable, max_size=200)}  # also what the door refuses
    if cls is bodies.SealedBody:
        return {"kind": st.sampled_from(["text", "media"])}
    return {field: values_of(inside).map(_finish) for (holder, field), inside in FINISHED.items() if holder is cls}


def _finish(value: Any) -> Any:
    """A value as finished JSON: null stays itself, and many are finished one by one."""
    if isinstance(value, tuple):
        return tuple(map(_finish, value))
    return None if value is None else Raw(msgspec.json.encode(value))
