"""Identifiers. Those of messages and conversations are functions of the log and of their members, never of a clock.

Message ids are UUIDv7 (RFC 9562, section 5.7) made from the command's place in the log: 48 bits of time, then 12 bits
of partition, then 62 bits of offset. So they sort like `seq` within a conversation, and a replay gives them again.
"""

import hashlib
import hmac
import re
from functools import lru_cache
from typing import Annotated
from uuid import UUID

from msgspec import Meta

UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
Id = Annotated[str, Meta(pattern=UUID_PATTERN, max_length=36)]  # `$` alone lets a newline through

PARTITIONS_MAX = 1 << 12
_OFFSET_MAX = 1 << 62
_NIL_TAIL = "7000-8000-000000000000"
_canonical = re.compile(UUID_PATTERN).fullmatch


def is_id(text: str) -> bool:
    """Whether `text` is a UUID in its canonical lower-case form."""
    return _canonical(text) is not None


def message_id(milliseconds: int, partition: int, offset: int) -> str:
    """The id of the message whose command stands at `partition`, `offset`, sent at `milliseconds`."""
    if not (0 <= partition < PARTITIONS_MAX and 0 <= offset < _OFFSET_MAX):
        raise ValueError(f"no message id for partition {partition}, offset {offset}")
    value = (milliseconds << 80) | (0x7 << 76) | (partition << 64) | (0b10 << 62) | offset
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def message_milliseconds(id_: str) -> int:
    """When the message with this id was sent, in milliseconds since 1970."""
    return int(id_[:8] + id_[9:13], 16)


def command_place(id_: str) -> tuple[int, int]:
    """Partition and offset of the command that sent the message with this id."""
    value = int(id_.replace("-", ""), 16)
    return (value >> 64) & (PARTITIONS_MAX - 1), value & (_OFFSET_MAX - 1)


def first_message_id(milliseconds: int) -> str:
    """The smallest message id of a millisecond: every id of an earlier time sorts before it."""
    text = f"{milliseconds:012x}"
    return f"{text[:8]}-{text[8:]}-{_NIL_TAIL}"


@lru_cache(maxsize=100_000)  # people write to the same few again and again
def direct_conversation_id(secret: bytes, one: str, other: str) -> str:
    """The id of two people's conversation: an HMAC of the sorted pair, so nobody can probe who talks to whom."""
    low, high = sorted((one, other))
    digest = hmac.digest(secret, f"direct:{low}:{high}".encode(), "sha256")
    return _uuid8(digest)


def group_conversation_id(creator_id: str, client_id: str) -> str:
    """The id of the group that `creator_id` made by the command `client_id`: a retry names the same group."""
    return _uuid8(hashlib.sha256(f"group:{creator_id}:{client_id}".encode()).digest())


def push_request_id(device_id: str, about: str, kind: str) -> str:
    """The id of the request to tell a device of this kind about a message (its id), or a conversation's seq."""
    return _uuid8(hashlib.sha256(f"push:{device_id}:{about}:{kind}".encode()).digest())


def _uuid8(digest: bytes) -> str:
    """The first 16 bytes of a digest as a UUIDv8, the version for ids of one's own making."""
    value = int.from_bytes(digest[:16])
    value = value & ~(0xF << 76) | (0x8 << 76)
    value = value & ~(0b11 << 62) | (0b10 << 62)
    return str(UUID(int=value))
