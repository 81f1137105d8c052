"""Stores that are down are waited for: what is in memory goes on, what is not waits, and nothing is lost."""

import asyncio
import signal

from infra.local.stack import Stack
from infra.stores.snapshots import Snapshots
from tests.integration.agents import Agents, until
from tests.integration.conversation.event_log import EventLog, seqs
from tests.integration.conversation.saved import all_saved
from tests.integration.conversation.talks import Talk, Writer, mixed

LONGEST_PAUSE = "again in 2.00 s"  # of infra.stores.faults


async def test_cassandra_down_while_snapshots_are_saved_and_conversations_loaded(
    agents: Agents, writer: Writer, events: EventLog, snapshots: Snapshots, unattended: Stack
) -> None:
    hot, cold = Talk(), Talk()
    first = agents.start()
    sent = await writer.send(hot.says(), cold.says())
    await events.decided(sent)
    await all_saved(snapshots, events)
    await first.terminate()
    agent = await agents.start().ready()
    sent += await writer.send(hot.says())
    await events.decided(sent)

    await asyncio.to_thread(unattended.stop, "cassandra")
    sent += await writer.send(hot.says())
    await events.decided(sent)  # decided from memory
    waiting = await writer.send(cold.says())
    await agent.said("snapshots", times=2)
    await agent.said(LONGEST_PAUSE, times=7)
    assert not events.events_of(waiting[0])
    await asyncio.to_thread(unattended.start, "cassandra")

    decided = await events.decided(sent + waiting)
    assert (seqs(decided, hot), seqs(decided, cold)) == ([1, 2, 3], [1, 2])
    await all_saved(snapshots, events)
    assert agent.is_running


async def test_ended_in_time_though_cassandra_does_not_answer(
    agents: Agents, writer: Writer, events: EventLog, unattended: Stack
) -> None:
    agent = await agents.start().ready()
    unattended.kill("cassandra", signal.SIGSTOP)
    try:
        waiting = await writer.send(Talk().says())
        await agent.said("snapshots: ")
        assert await agent.terminate() == 0
    finally:
        unattended.kill("cassandra", signal.SIGCONT)

    agents.start()
    await events.decided(waiting)


async def test_ended_with_an_error_when_events_stay_unconfirmed(
    agents: Agents, writer: Writer, events: EventLog, unattended: Stack
) -> None:
    talks = [Talk() for _ in range(3)]
    sent = await writer.send(*mixed(talks, 300))
    agent = agents.start(fault="conversation.appended:stop:150")  # in the middle of a run: it has more to append
    await until(agent.is_paused, "the agent's pause")
    unattended.kill("kafka", signal.SIGSTOP)
    try:
        agent.signal(signal.SIGCONT)
        assert await agent.terminate() == 1
    finally:
        unattended.kill("kafka", signal.SIGCONT)
    assert "unconfirmed" in agent.output()

    agents.start()
    decided = await events.decided(sent)
    assert all(list(range(1, 101)) == seqs(decided, talk) for talk in talks)
