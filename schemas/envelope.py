"""A record's headers: CloudEvents 1.0 in Kafka's binary mode, W3C traceparent, and `seq` for timeline events.

`seq` stands in the headers too, so that a projection can write an "unreadable" row for a value it cannot decode.
"""

import os
from collections.abc import Sequence

from msgspec import Struct

Headers = list[tuple[str, str | bytes | None]]  # as the driver takes them
_VERSIONS: dict[str, bytes] = {}  # `ce_type` of each value's type; the version grows when a type changes its meaning


def new_trace() -> str:
    """A traceparent for a new trace that nobody records (`infra.telemetry.tracing` begins those that somebody does)."""
    random = os.urandom(24).hex()
    return f"00-{random[:32]}-{random[32:]}-00"


def headers(value: Struct, *, id_: str, source: str, subject: str, at: str, trace: str | bytes) -> Headers:
    """The headers of a record that holds `value`, which concerns `subject`, written by `source`."""
    return [
        ("ce_specversion", b"1.0"),
        ("ce_id", id_.encode()),
        ("ce_type", ce_type(type(value))),
        ("ce_source", source.encode()),
        ("ce_subject", subject.encode()),
        ("ce_time", at.encode()),
        ("traceparent", trace if isinstance(trace, bytes) else trace.encode()),
    ]


def ce_type(type_: type) -> bytes:
    name = type_.__name__
    if name not in _VERSIONS:
        _VERSIONS[name] = f"{name}.v1".encode()
    return _VERSIONS[name]


def header(all_: Sequence[tuple[str, bytes | None]] | None, name: str) -> bytes | None:
    """The value of the first header called `name`, or None."""
    for key, value in all_ or ():
        if key == name:
            return value
    return None
