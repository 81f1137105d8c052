"""Snapshots are a cache of the fold: lost or foreign, they cost a fold from the start, and never a conversation."""

import asyncio
import uuid

from infra.stores.cassandra import Cassandra
from infra.stores.snapshots import Checkpoint, Snapshots
from schemas.events import CommandRepeated, MessageSent
from streams.conversation.fold import load
from streams.conversation.partition import Partition, decode_saved
from tests.integration.agents import Agents
from tests.integration.conversation.event_log import EventLog, seqs
from tests.integration.conversation.saved import all_saved, folded
from tests.integration.conversation.talks import Sent, Talk, Writer, mixed

FAULT = 1
TRUNCATE = "TRUNCATE conversation_snapshots"
FROM_START = "folding from the start"


async def old_talk(agents: Agents, writer: Writer, events: EventLog, snapshots: Snapshots) -> tuple[Talk, list[Sent]]:
    """A talk with three messages, saved by an agent that has ended."""
    talk = Talk()
    agent = agents.start()
    sent = await writer.send(talk.says("one"), talk.says("two"), talk.says("three", by=1))
    await events.decided(sent)
    await all_saved(snapshots, events)
    assert await agent.terminate() == 0
    return talk, sent


async def test_continued_after_the_snapshots_were_lost(
    agents: Agents, writer: Writer, events: EventLog, snapshots: Snapshots, cassandra: Cassandra
) -> None:
    talk, sent = await old_talk(agents, writer, events, snapshots)
    await cassandra.execute(TRUNCATE)

    agent = agents.start()
    [repeat, *new] = await writer.send(talk.says("two"), talk.says("four"))
    decided = await events.decided([*sent, repeat, *new])

    assert FROM_START in agent.output()
    assert seqs(decided, talk) == [1, 2, 3, 4]
    repeated = decided[repeat]
    assert isinstance(repeated, CommandRepeated)
    assert isinstance(repeated.first, MessageSent)
    assert repeated.first.message_id == events.messages(talk.id)[1].message_id


async def test_never_a_new_conversation_when_the_snapshots_are_lost_under_a_running_agent(
    agents: Agents, writer: Writer, events: EventLog, snapshots: Snapshots, cassandra: Cassandra
) -> None:
    talk, sent = await old_talk(agents, writer, events, snapshots)
    agent = await agents.start().ready()  # it has nothing in memory
    await cassandra.execute(TRUNCATE)

    sent += await writer.send(talk.says("four"))
    assert await agent.ended() == FAULT
    agents.start()

    assert seqs(await events.decided(sent), talk) == [1, 2, 3, 4]


async def test_folded_from_the_start_when_the_checkpoint_is_foreign(
    agents: Agents, writer: Writer, events: EventLog, snapshots: Snapshots
) -> None:
    agent = agents.start()
    talks, sent = await writer.talks_in_all_partitions()
    sent += await writer.send(*(talk.says() for talk in talks))
    await events.decided(sent)
    await all_saved(snapshots, events)
    await agent.terminate()
    ends, begun = events.ends(), uuid.uuid4()
    await snapshots.begin(begun)
    await snapshots.save_checkpoint(0, Checkpoint(begun, ends[0] + 1_000))  # beyond the end
    await snapshots.save_checkpoint(1, Checkpoint(uuid.uuid4(), ends[1]))  # of a generation that is not there
    await snapshots.save_checkpoint(2, Checkpoint(begun, ends[2] - 1))  # ahead of its snapshots

    agent = agents.start()
    more = await writer.send(*(talk.says() for talk in talks))
    decided = await events.decided([*sent, *more])

    assert agent.output().count(FROM_START) == 3
    assert [seqs(decided, talk)[-1] for talk in talks] == [3, 3, 3, 3]


async def test_the_same_state_after_eviction_and_reload(
    agents: Agents, writer: Writer, events: EventLog, snapshots: Snapshots
) -> None:
    talks = [Talk() for _ in range(30)]
    agents.start(conversations_cached_max=4, snapshot_seconds=0.1)
    sent: list[Sent] = []
    for _ in range(3):
        sent += await writer.send(*mixed(talks, 60))
        await events.decided(sent)
        await all_saved(snapshots, events)

    partitions = {one.command.conversation_id: one.partition for one in sent}
    for talk in talks:
        checkpoint = await snapshots.checkpoint(partitions[talk.id])
        assert checkpoint is not None
        found = await snapshots.load(checkpoint.generation, [talk.id])
        assert folded(talk.id, events.messages(talk.id)) == decode_saved(found[talk.id]).state


async def test_all_in_memory_at_once_though_one_was_evicted_meanwhile(snapshots: Snapshots) -> None:
    partition = Partition(0, uuid.uuid4(), 0)
    await snapshots.begin(partition.generation)
    here, there = Talk().id, Talk().id
    await load(partition, [here], snapshots)

    loading = asyncio.create_task(load(partition, [here, there], snapshots))
    await asyncio.sleep(0)  # now it waits for the store
    assert partition.unknown([here, there]) == [there]
    partition.evict(0)
    await loading

    assert partition.unknown([here, there]) == []
