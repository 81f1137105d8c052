"""W3C's traceparent as text: `00-<trace id>-<span id>-<flags>`. Its last bit says whether the trace is recorded."""

import re
from contextvars import ContextVar

_FORM = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

CALLER: ContextVar[str | None] = ContextVar("caller", default=None)
"""The traceparent that the request at hand came with."""


def well_formed(text: str | None) -> str | None:
    """The text, if it is a traceparent."""
    return text if text is not None and _FORM.fullmatch(text) else None


def is_recorded(traceparent: str) -> bool:
    return bool(int(traceparent[-2:], 16) & 1)


def trace_id(traceparent: str) -> str:
    return traceparent[3:35]


def span_id(traceparent: str) -> str:
    return traceparent[36:52]
