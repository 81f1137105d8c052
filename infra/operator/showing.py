"""A record of the log as people and their programs read it: one line, or one JSON object."""

from typing import Any

import msgspec
from msgspec import Struct

from infra.operator.unsealing import Opened
from infra.operator.wanted import type_of
from infra.stores.log_reading import Record
from schemas.times import timestamp

_NOT_TOLD = frozenset({"type", "conversation_id", "origin", "digest"})  # in the line already, or of no use to people


class Shown(Struct, frozen=True):
    """A record as JSON. `value` is the record's own; where it is no JSON, a text that says so."""

    topic: str
    partition: int
    offset: int
    at: str
    key: str | None
    type: str
    value: Any


def shown(record: Record, opened: Opened | None = None) -> Shown:
    key = None if record.key is None else record.key.decode(errors="replace")
    value = value_of(record) if opened is None else opened
    return Shown(
        record.topic, record.partition, record.offset, timestamp(record.at_ms), key, type_of(record), value
    )  # fmt: skip


def value_of(record: Record) -> Any:
    try:
        return msgspec.json.decode(record.value)
    except msgspec.DecodeError:
        return f"not JSON: {record.value[:200]!r}"


def line(one: Shown) -> str:
    """`time  topic/partition@offset  Type  key  the rest as JSON`."""
    rest = one.value
    if isinstance(rest, dict):
        rest = {name: value for name, value in rest.items() if name not in _NOT_TOLD}
    place = f"{one.topic}/{one.partition}@{one.offset}"
    return f"{one.at}  {place}  {one.type or '?'}  {one.key or '-'}  {msgspec.json.encode(rest).decode()}"


def json_line(one: Shown) -> str:
    return msgspec.json.encode(one).decode()
