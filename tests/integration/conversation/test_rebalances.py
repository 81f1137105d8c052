"""Agents come and go while commands flow: every conversation stays dense."""

import asyncio

from tests.integration.agents import Agents
from tests.integration.conversation.event_log import EventLog, seqs
from tests.integration.conversation.talks import Sent, Talk, Writer, mixed

BATCH = 20


class Load:
    """Sends batch after batch until it is told to stop."""

    def __init__(self, writer: Writer, talks: list[Talk]) -> None:
        self._writer = writer
        self._talks = talks
        self._is_stopping = False
        self.sent: list[Sent] = []
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while not self._is_stopping:
            self.sent += await self._writer.send(*mixed(self._talks, BATCH))

    async def stop(self) -> list[Sent]:
        self._is_stopping = True
        await self._task
        return self.sent


async def test_dense_while_an_agent_is_added_and_removed(agents: Agents, writer: Writer, events: EventLog) -> None:
    talks = [Talk() for _ in range(10)]
    first = await agents.start().ready()
    load = Load(writer, talks)
    second = await agents.start("").ready()
    await first.said("folded from", times=6)  # four partitions at first, then two of them again
    await events.decided(load.sent)
    assert await second.terminate() == 0
    await first.said("folded from", times=10)
    sent = await load.stop()

    decided = await events.decided(sent)

    assert "assigned [2, 3]" in first.output() + second.output()
    assert all(one.counts for one in events.found)
    assert all(list(range(1, len(sent) // len(talks) + 1)) == seqs(decided, talk) for talk in talks)
