"""The columns of an exported record, and how records become them. Pure: equal records give equal columns.

The value stands there whole, as its JSON text; what is asked for often stands beside it with a type of its own. Bodies
stay sealed. A record that is not JSON, or not as its type says, has no such fields, and is there all the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Annotated, Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import UNSET, Meta, Struct, UnsetType

from infra.stores.log_reading import Record

SCHEMA_VERSION = 1
"""Grows when a column changes its meaning; new columns come last."""

MOMENT = pa.timestamp("ms", tz="UTC")
HEADERS = ("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "traceparent", "seq")
"""Each has a column of text, `seq` as `header_seq`; whatever else a record carries stands in `other_headers`."""
HEADER_COLUMNS = tuple("header_seq" if name == "seq" else name for name in HEADERS)


Number = Annotated[int, Meta(ge=-(1 << 63), le=(1 << 63) - 1)]  # as much as a column holds


class Sealed(Struct, frozen=True):
    """What is plain of a message's body."""

    kind: str | None = None
    size: Number | None = None
    media_id: str | None = None


class Fields(Struct, frozen=True):
    """What is taken out of a value. `type` is the tag; fields of other types of values have no column."""

    type: str | None = None
    at: str | None = None
    conversation_id: str | None = None
    actor_id: str | None = None
    user_id: str | None = None
    device_id: str | None = None
    seq: Number | None = None
    message_number: Number | None = None
    message_id: str | None = None
    message_seq: Number | None = None
    client_id: str | None = None
    command_offset: Number | None = None
    from_seq: Number | None = None
    to_seq: Number | None = None
    read_from_seq: Number | None = None
    delivered_from_seq: Number | None = None
    is_private: bool | None = None
    kind: str | None = None
    size: Number | None = None
    media_id: str | None = None
    reason: str | None = None
    member_ids: list[str] | None = None
    body: Sealed | UnsetType = UNSET


NAMES = tuple(field for field in Fields.__struct_fields__ if field not in ("at", "body"))
_TYPES: Mapping[str, pa.DataType] = {
    **dict.fromkeys(NAMES, pa.string()),
    **dict.fromkeys(
        ("seq", "message_number", "message_seq", "command_offset", "from_seq", "to_seq", "read_from_seq",
         "delivered_from_seq", "size"),
        pa.int64(),
    ),
    "is_private": pa.bool_(),
    "member_ids": pa.list_(pa.string()),
}  # fmt: skip
SCHEMA = pa.schema(
    [
        ("partition", pa.int32()),
        ("log_offset", pa.int64()),
        ("appended_at", MOMENT),
        ("key", pa.string()),
        *((name, _TYPES[name]) for name in NAMES),
        ("happened_at", MOMENT),
        *((name, pa.string()) for name in HEADER_COLUMNS),
        ("other_headers", pa.string()),
        ("value", pa.string()),
        ("raw_key", pa.binary()),
        ("raw_value", pa.binary()),
    ]
)
"""Topic and date are in the folders' names, as Hive has them. Not `offset` and `at`: these are words of SQL, and would
have to be quoted. `raw_…` is set where the bytes are no text, and only there; `other_headers` is JSON: pairs of a name
and its value in base64."""

Others = list[tuple[str, bytes | None]]
RECORD_COLUMNS = [
    "partition", "log_offset", "appended_at", "key", "raw_key", "value", "raw_value", "other_headers", *HEADER_COLUMNS
]  # fmt: skip

_decode = msgspec.json.Decoder(Fields).decode
_NOTHING = Fields()
_ROWS_OF_FIELDS = attrgetter(*NAMES)
Row = tuple[Any, ...]


def batch(records: Sequence[Record]) -> pa.RecordBatch:
    """The records' columns, in their order."""
    texts, raws = _texts([record.value for record in records])
    keys, raw_keys = _texts([record.key for record in records])
    fields = [fields_of(record.value) for record in records]
    headers = _columns((_headers(record.headers) for record in records), len(HEADERS) + 1)
    arrays = [
        pa.array([record.partition for record in records], pa.int32()),
        pa.array([record.offset for record in records], pa.int64()),
        pa.array([record.at_ms for record in records], pa.int64()).cast(MOMENT),
        keys,
        *(
            pa.array(column, _TYPES[name])
            for name, column in zip(NAMES, _columns(map(_plain, fields), len(NAMES)), strict=True)
        ),
        _moments([one.at for one in fields]),
        *(pa.array(column, pa.string()) for column in headers),
        texts,
        raw_keys,
        raws,
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def records(topic: str, rows: pa.RecordBatch) -> Iterator[Record]:
    """The records as they were. Headers that have columns come first."""
    columns = rows.select(RECORD_COLUMNS).to_pydict()
    for partition, offset, at, key, raw_key, value, raw_value, rest, *known in zip(*columns.values(), strict=True):
        headers = [(name, text.encode()) for name, text in zip(HEADERS, known, strict=True) if text is not None]
        others = msgspec.json.decode(rest, type=Others) if rest else ()
        yield Record(
            topic, partition, offset, round(at.timestamp() * 1000),
            raw_key if key is None else key.encode(),
            (raw_value or b"") if value is None else value.encode(),
            [*headers, *others],
        )  # fmt: skip


def fields_of(value: bytes) -> Fields:
    """Without any, where the value is no JSON, or not as its type says."""
    try:
        return _decode(value)
    except msgspec.DecodeError:
        return _NOTHING


def _plain(fields: Fields) -> Row:
    """In the order of NAMES; a message's kind, size and media are its body's."""
    row = _ROWS_OF_FIELDS(fields)
    if fields.body is UNSET:
        return row
    assert isinstance(fields.body, Sealed)
    return (*row[:_KIND], fields.body.kind, fields.body.size, fields.body.media_id, *row[_KIND + 3 :])


_KIND = NAMES.index("kind")
_PLACES = {name: place for place, name in enumerate(HEADERS)}


def _headers(headers: Sequence[tuple[str, bytes | None]]) -> Row:
    """In the order of HEADERS, then the rest as JSON."""
    row: list[str | None] = [None] * (len(HEADERS) + 1)
    rest: Others = []
    for name, value in headers:
        place = _PLACES.get(name)
        text = None if place is None or value is None or row[place] is not None else _text(value)
        if text is None or place is None:
            rest.append((name, value))
        else:
            row[place] = text
    if rest:
        row[-1] = msgspec.json.encode(rest).decode()
    return tuple(row)


def _columns(rows: Iterable[Row], width: int) -> Sequence[Sequence[Any]]:
    return list(zip(*rows, strict=True)) or [()] * width


def _text(value: bytes) -> str | None:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


def _texts(values: Sequence[bytes | None]) -> tuple[pa.Array, pa.Array]:
    """As text, and as bytes where they are none."""
    whole = pa.array(values, pa.binary())
    try:
        return whole.cast(pa.string()), pa.nulls(len(values), pa.binary())
    except pa.ArrowInvalid:
        texts = [None if value is None else _text(value) for value in values]
        raws = [value if text is None else None for value, text in zip(values, texts, strict=True)]
        return pa.array(texts, pa.string()), pa.array(raws, pa.binary())


def _moments(texts: Sequence[str | None]) -> pa.Array:
    """Times; null where a text is none."""
    whole = pa.array(texts, pa.string())
    try:
        return whole.cast(MOMENT)
    except pa.ArrowInvalid:
        is_time = pc.match_substring_regex(whole, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        return pa.array([_moment(text) for text in pc.if_else(is_time, whole, None).to_pylist()], MOMENT)


def _moment(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return int(pa.scalar(text).cast(MOMENT).value)
    except pa.ArrowInvalid:  # the 31st of February
        return None
