"""Cursors of lists and timelines: text from a client to a place, or Problem `malformed`."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from api.problems import Problem
from infra.stores.inbox import Membership
from schemas.ids import Id, is_id

SEQ_MAX = (1 << 63) - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SEQ = re.compile(r"[0-9]{1,19}")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class AtSeq:
    seq: int


@dataclass(frozen=True, slots=True)
class AtMessage:
    message_id: str


@dataclass(frozen=True, slots=True)
class AtTime:
    """In microseconds since 1970; events have milliseconds."""

    microseconds: int

    @property
    def first_ms_not_before(self) -> int:
        return -(-self.microseconds // 1000)

    @property
    def first_ms_after(self) -> int:
        return self.microseconds // 1000 + 1


Place = AtSeq | AtMessage | AtTime


def place(text: str) -> Place:
    """A place in a timeline: a seq, a message id, or an RFC 3339 time. Raises Problem `malformed`."""
    if _SEQ.fullmatch(text) and int(text) <= SEQ_MAX:
        return AtSeq(int(text))
    if is_id(text):
        return AtMessage(text)
    if RFC3339.fullmatch(text):
        return _time(text)
    raise Problem("malformed", "a place in a timeline is a seq, a message_id, or an RFC 3339 time")


def _time(text: str) -> AtTime:
    try:
        return AtTime((datetime.fromisoformat(text.upper()) - EPOCH) // _MICROSECOND)
    except (ValueError, OverflowError) as wrong:
        raise Problem("malformed", f"no time: {wrong}") from wrong


class _After(msgspec.Struct, array_like=True):
    """Where a page of the conversation list ended."""

    active_at: datetime
    conversation_id: Id


def list_cursor(last: Membership) -> str:
    """The cursor of the page after one that ends with `last`."""
    packed = msgspec.json.encode(_After(last.active_at.astimezone(UTC), last.conversation_id))
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def list_place(cursor: str) -> tuple[str, str]:
    """The time and the conversation below which the page begins. Raises Problem `malformed`."""
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        after = msgspec.json.decode(packed, type=_After)
    except (binascii.Error, msgspec.DecodeError, ValueError) as wrong:
        raise Problem("malformed", "after: not a cursor of this list") from wrong
    return after.active_at.isoformat(), after.conversation_id
