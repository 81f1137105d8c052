"""Old conversations for the archive's bench: their rows in Cassandra, their records in a log of the bench's own.

The log's partitions are such as the real one does not have, so the stack's own archive is left alone.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from infra.stores.timeline import Timeline, TimelineRow
from schemas.bodies import Text
from schemas.codec import encode
from schemas.commands import Origin
from schemas.envelope import Headers
from schemas.events import MessageSent
from schemas.ids import message_id
from schemas.sealing import KEY_BYTES, DataKey
from schemas.times import timestamp
from schemas.topics import CONVERSATION_PARTITIONS, HOUR_MS, Topic
from tests.bench.text import TEXT_CHARACTERS

PARTITIONS = range(CONVERSATION_PARTITIONS, 2 * CONVERSATION_PARTITIONS)
FIRST_MS = 1_700_000_000_000  # 2023: old by any setting
LATER_MS = 400 * 86_400_000
ROWS_AT_ONCE = 2_000
_ORIGIN = Origin("bench", "bench", "bench")


@dataclass(frozen=True, slots=True)
class Old:
    """Messages 1 to `last` of a conversation of two."""

    conversation_id: str
    partition: int
    last: int


@contextmanager
def log_of_its_own(bootstrap: str) -> Iterator[Topic]:
    """A topic whose records have the times of their events; deleted at the end."""
    topic = Topic(f"bench.archive.{uuid4().hex[:12]}", "conversation id", (), PARTITIONS.stop, HOUR_MS)
    admin = AdminClient({"bootstrap.servers": bootstrap})
    config = {"message.timestamp.type": "CreateTime", "retention.ms": "-1"}
    admin.create_topics([NewTopic(topic.name, topic.partitions, 1, config=config)])[topic.name].result()
    try:
        yield topic
    finally:
        admin.delete_topics([topic.name])[topic.name].result()


async def write(timeline: Timeline, topic: Topic, bootstrap: str, messages: int, per_conversation: int) -> list[Old]:
    """Conversations that take turns, message by message, as they would in a log."""
    count = max(1, messages // per_conversation)
    old = [Old(str(uuid4()), PARTITIONS[number % len(PARTITIONS)], per_conversation) for number in range(count)]
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 20, "compression.type": "lz4"})
    rows: list[TimelineRow] = []
    for offset, (one, event) in enumerate(_events(old, per_conversation)):
        value = encode(event)
        headers: Headers = [("seq", str(event.seq).encode())]
        at_ms = FIRST_MS + offset
        producer.produce(topic.name, value, one.conversation_id, one.partition, timestamp=at_ms, headers=headers)
        producer.poll(0)
        rows.append(TimelineRow(one.conversation_id, event.seq, at_ms, offset, value, event.message_id))
        if len(rows) == ROWS_AT_ONCE:
            await timeline.write(rows)
            rows.clear()
    await timeline.write(rows)
    for partition in PARTITIONS:  # without a seq: it has no row, and makes the others old
        producer.produce(topic.name, b"{}", b"later", partition, timestamp=FIRST_MS + LATER_MS)
    assert producer.flush(60) == 0
    return old


def _events(old: Sequence[Old], last: int) -> Iterator[tuple[Old, MessageSent]]:
    key, user_id, text = DataKey(os.urandom(KEY_BYTES)), str(uuid4()), Text("x" * TEXT_CHARACTERS)
    numbered = ((seq, one) for seq in range(1, last + 1) for one in old)
    for offset, (seq, one) in enumerate(numbered):
        client_id, at_ms = f"b{seq}", FIRST_MS + offset
        body = key.seal(text, conversation_id=one.conversation_id, sender_id=user_id, client_id=client_id)
        yield one, MessageSent(
            conversation_id=one.conversation_id, command_offset=offset, at=timestamp(at_ms), actor_id=user_id,
            origin=_ORIGIN, seq=seq, message_number=seq, client_id=client_id, digest=b"sixteen bytes ..",
            message_id=message_id(at_ms, 0, offset), body=body,
        )  # fmt: skip
