"""Times as the whole house writes them: RFC 3339 in UTC with milliseconds, `2026-11-24T13:15:56.123Z`.

The text has a fixed width, so times sort as text. Milliseconds since 1970 are used only for arithmetic.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated

from msgspec import Meta

Timestamp = Annotated[  # `$` alone lets a newline through
    str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", max_length=24)
]


def timestamp(milliseconds: int) -> str:
    """The text of a time given in milliseconds since 1970."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_until_seconds(seconds)}.{rest:03d}Z"


@lru_cache(maxsize=1024)  # one second has a thousand timestamps: formatting each anew cost a tenth of `decide`
def _until_seconds(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


def milliseconds(at: str) -> int:
    """Milliseconds since 1970 of a time in any RFC 3339 form. Raises ValueError."""
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError(f"time without a zone: {at}")
    return round(moment.timestamp() * 1000)
