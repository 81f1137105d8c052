"""What could not be decoded or handled: the raw record, where it stood, and why it was passed over; and what an
operator did about it. The topic is kept for ever, so that is a record, too.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from schemas.times import Timestamp


class DeadLetter(Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """`key` and `value` are the record's own bytes; `agent` is the consumer group that gave up on it."""

    topic: str
    partition: int
    offset: int
    agent: str
    cause: str
    at: Timestamp
    key: bytes | None
    value: bytes | None


class DeadLetterSettled(Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """The dead letter at offset `letter` was appended to its topic again, or given up."""

    letter: Annotated[int, Meta(ge=0)]
    how: Literal["retried", "dropped"]
    at: Timestamp


AnyDeadLetter = DeadLetter | DeadLetterSettled
