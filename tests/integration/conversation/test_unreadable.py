"""What cannot be read: a command is buried and passed over, an event stops its partition and no other."""

import asyncio
from dataclasses import replace

import msgspec
from confluent_kafka import Consumer, TopicPartition

from infra.stores.settings import StoreSettings
from infra.stores.snapshots import Snapshots
from schemas.codec import decode_dead_letter
from schemas.dead_letters import DeadLetter
from schemas.envelope import Headers
from schemas.topics import CONVERSATION_COMMANDS, CONVERSATION_EVENTS, DEAD_LETTERS
from tests.integration.agents import Agents
from tests.integration.conversation.event_log import EventLog, seqs
from tests.integration.conversation.saved import all_saved
from tests.integration.conversation.talks import Talk, Writer

NIL_ID = "00000000-0000-0000-0000-000000000000"
ANSWER_SECONDS = 10.0


def last_dead_letter(bootstrap: str) -> DeadLetter:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "tests", "enable.auto.commit": False})
    try:
        place = TopicPartition(DEAD_LETTERS.name, 0)
        place.offset = consumer.get_watermark_offsets(place, timeout=ANSWER_SECONDS)[1] - 1
        consumer.assign([place])
        message = consumer.poll(ANSWER_SECONDS)
    finally:
        consumer.close()
    assert message is not None
    letter = decode_dead_letter(message.value() or b"")
    assert isinstance(letter, DeadLetter)
    return letter


async def test_a_command_is_buried_and_the_partition_goes_on(
    agents: Agents, writer: Writer, events: EventLog, settings: StoreSettings
) -> None:
    talk, raw = Talk(), b'{"type":"SendMessage","conversation_id":\xff'
    before = await writer.send(talk.says())
    place = await writer.append(CONVERSATION_COMMANDS.name, raw, talk.id)
    after = await writer.send(talk.says())

    agents.start()
    decided = await events.decided([*before, *after])

    letter = await asyncio.to_thread(last_dead_letter, settings.kafka_bootstrap)
    assert seqs(decided, talk) == [1, 2]
    assert (letter.topic, letter.partition, letter.offset) == (
        CONVERSATION_COMMANDS.name,
        place.partition,
        place.offset,
    )
    assert (letter.key, letter.value, letter.agent) == (talk.id.encode(), raw, "conversation")
    assert "DecodeError" in letter.cause


async def test_no_conversation_id_collides_with_the_snapshots_own_rows(
    agents: Agents, writer: Writer, events: EventLog
) -> None:
    agents.start()
    sent = await writer.send(msgspec.structs.replace(Talk().says(), conversation_id=NIL_ID))
    await events.decided(sent)


async def test_an_event_stops_its_partition_and_no_other(
    agents: Agents, writer: Writer, events: EventLog, snapshots: Snapshots
) -> None:
    agent = agents.start()
    talks, sent = await writer.talks_in_all_partitions()
    await events.decided(sent)
    await all_saved(snapshots, events)
    await agent.terminate()
    headers: Headers = [("seq", b"2")]
    poison = await writer.append(
        CONVERSATION_EVENTS.name, b'{"type":"NotYetKnown"}', talks[0].id, partition=0, headers=headers
    )

    agent = await agents.start().ready()
    stopped, *flowing = await writer.send(*(talk.says() for talk in talks))
    await events.decided(flowing)

    assert not events.events_of(stopped)
    await agent.said(f"partition 0 is stopped: {CONVERSATION_EVENTS.name} 0/{poison.offset}")
    assert await agent.terminate() == 0

    # Somebody looked, and passes it over: the checkpoint goes behind it.
    checkpoint = await snapshots.checkpoint(0)
    assert checkpoint is not None
    await snapshots.save_checkpoint(0, replace(checkpoint, next_event_offset=poison.offset + 1))
    agents.start()
    await events.decided([*sent, stopped, *flowing])
