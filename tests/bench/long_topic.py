"""A long log for the benches of those who read it: conversations of two, each message delivered and read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from msgspec import structs

from schemas import envelope
from schemas.bodies import Text
from schemas.codec import encode
from schemas.commands import Origin
from schemas.envelope import Headers
from schemas.events import AnyEvent, DeliveredAdvanced, MessageSent, ReadAdvanced
from schemas.ids import message_id
from schemas.partitioning import partition_of
from schemas.sealing import KEY_BYTES, DataKey
from schemas.times import timestamp
from schemas.topics import CONVERSATION_PARTITIONS, DAY_MS

CONVERSATIONS = 2_000
FIRST_MS = 1_700_000_000_000
TEXT_CHARACTERS = 60  # a usual message
FLUSH_SECONDS = 120.0
_ORIGIN = Origin("gateway-1", "00000000-0000-4000-8000-000000000000", "00000000-0000-4000-8000-000000000001")


@contextmanager
def topic_of_its_own(bootstrap: str, name: str) -> Iterator[str]:
    """A topic as `conversation.events` is; deleted at the end."""
    topic, admin = f"bench.{name}.{uuid4().hex[:12]}", AdminClient({"bootstrap.servers": bootstrap})
    config = {"message.timestamp.type": "LogAppendTime", "retention.ms": str(DAY_MS)}
    admin.create_topics([NewTopic(topic, CONVERSATION_PARTITIONS, 1, config=config)])[topic].result()
    try:
        yield topic
    finally:
        admin.delete_topics([topic])[topic].result()


def fill(bootstrap: str, topic: str, records: int) -> None:
    """Append so many records, with keys and headers as the conversation agent writes them."""
    options = {"bootstrap.servers": bootstrap, "linger.ms": 20, "compression.type": "lz4"}
    producer = Producer({**options, "partitioner": "murmur2_random", "queue.buffering.max.messages": 1_000_000})
    for number, event in zip(range(records), events(), strict=False):
        producer.produce(topic, encode(event), event.conversation_id, headers=_headers(event, number))
        producer.poll(0)
    if producer.flush(FLUSH_SECONDS):
        raise RuntimeError(f"{topic}: the broker did not take {records} records")


def events() -> Iterator[AnyEvent]:
    """Without end: each conversation in its turn has a message, which is delivered and read."""
    talks = [(str(uuid4()), str(uuid4()), str(uuid4()), DataKey(os.urandom(KEY_BYTES))) for _ in range(CONVERSATIONS)]
    offset = seq = 0
    while True:
        seq += 1
        for conversation_id, alice, bob, key in talks:
            client_id, at_ms, offset = f"m{seq}", FIRST_MS + offset, offset + 3
            text = Text(os.urandom(TEXT_CHARACTERS // 2).hex())
            partition = partition_of(conversation_id.encode(), CONVERSATION_PARTITIONS)
            yield MessageSent(
                conversation_id=conversation_id, command_offset=offset, at=timestamp(at_ms), actor_id=alice,
                origin=_ORIGIN, seq=seq, message_number=seq, client_id=client_id, digest=os.urandom(32),
                message_id=message_id(at_ms, partition, offset),
                body=key.seal(text, conversation_id=conversation_id, sender_id=alice, client_id=client_id),
                member_ids=(alice, bob) if seq == 1 else None,
            )  # fmt: skip
            delivered = DeliveredAdvanced(
                conversation_id=conversation_id, command_offset=offset + 1, at=timestamp(at_ms), actor_id=bob,
                origin=_ORIGIN, from_seq=seq - 1, to_seq=seq, author_ids=(alice,),
            )  # fmt: skip
            yield delivered
            common = structs.asdict(structs.replace(delivered, command_offset=offset + 2))
            yield ReadAdvanced(**common, delivered_from_seq=seq)


def _headers(event: AnyEvent, number: int) -> Headers:
    headers = envelope.headers(
        event, id_=f"conversation.commands/0/{number}", source="conversation",
        subject=event.conversation_id, at=event.at, trace=envelope.new_trace(),
    )  # fmt: skip
    return [*headers, ("seq", str(event.seq).encode())] if isinstance(event, MessageSent) else headers
