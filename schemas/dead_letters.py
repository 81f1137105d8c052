"""What could not be decoded or handled: the raw record, where it stood, and why it was passed over."""

from msgspec import Struct

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
