"""A crash at each step of a command's way, and a clean end under load: nothing is lost, nothing is decided twice."""

import asyncio

import pytest

from infra.stores.log_ends import LogEnds
from schemas.topics import CONVERSATION_COMMANDS
from tests.integration.agents import Agents
from tests.integration.conversation.event_log import EventLog, seqs
from tests.integration.conversation.talks import Talk, Writer, mixed

KILLED = -9
GROUP = "conversation"


@pytest.mark.parametrize("point", ["conversation.appended:kill:70", "conversation.confirmed:kill:70"])
async def test_decided_once_after_a_crash_between_append_and_commit(
    point: str, agents: Agents, writer: Writer, events: EventLog
) -> None:
    talks = [Talk() for _ in range(5)]
    dying = agents.start(fault=point)
    sent = await writer.send(*mixed(talks, 200))
    assert await dying.ended() == KILLED

    agents.start()
    decided = await events.decided(sent)

    assert all(list(range(1, 41)) == seqs(decided, talk) for talk in talks)


async def test_folded_again_after_a_crash_between_snapshots_and_checkpoint(
    agents: Agents, writer: Writer, events: EventLog
) -> None:
    talks = [Talk() for _ in range(3)]
    dying = agents.start(fault="conversation.snapshots-saved:kill:5")
    sent = []
    while dying.is_running:
        sent += await writer.send(*mixed(talks, 3))

    agents.start()
    sent += await writer.send(*mixed(talks, 3))

    decided = await events.decided(sent)
    assert all(list(range(1, len(sent) // 3 + 1)) == seqs(decided, talk) for talk in talks)


async def test_nothing_repeated_after_a_clean_end_under_load(
    agents: Agents, writer: Writer, events: EventLog, log_ends: LogEnds
) -> None:
    talks = [Talk() for _ in range(5)]
    ending = await agents.start().ready()
    load = asyncio.create_task(writer.send(*mixed(talks, 2_000)))
    while not events.found:
        await events.read()
    assert await ending.terminate() == 0
    committed, before = await log_ends.committed(GROUP, CONVERSATION_COMMANDS), events.ends()

    agents.start()
    sent = await load
    await events.decided(sent)

    assert all(one.counts for one in events.found)
    ends_of_first = [one for one in events.found if one.offset < before[one.partition]]
    assert all(one.event.command_offset < committed[one.partition] for one in ends_of_first)
