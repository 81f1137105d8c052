"""A partition has one writer. A second one is noticed by its offsets: whoever notices ends itself, and folds again."""

import signal
import time

import pytest

from infra.stores.snapshots import Snapshots
from schemas.codec import encode
from schemas.events import AnyEvent
from schemas.topics import CONVERSATION_EVENTS
from streams.conversation.decide import decide
from streams.conversation.outcome import Place
from tests.integration.agents import Agents, until
from tests.integration.conversation.event_log import EventLog, seqs
from tests.integration.conversation.saved import all_saved, folded
from tests.integration.conversation.talks import Sent, Talk, Writer, mixed

FAULT = 1
OWNER = "conversation-1"  # the usual one: a second of the same name fences the first
NO_COMMAND = 1 << 40  # an offset that no command has


@pytest.mark.parametrize(
    ("instance", "session_seconds"),
    [pytest.param("", 6, id="silent for too long"), pytest.param(OWNER, 45, id="replaced while it was paused")],
)
async def test_a_paused_owner_that_wakes_up_is_noticed(
    instance: str, session_seconds: int, agents: Agents, writer: Writer, events: EventLog
) -> None:
    talks = [Talk() for _ in range(6)]
    sent = await writer.send(*mixed(talks, 900))
    # In the middle of a run: what the log has not yet confirmed is appended when it wakes up, unless it ends first.
    zombie = agents.start(instance, fault="conversation.appended:stop:640", session_timeout_seconds=session_seconds)
    await until(zombie.is_paused, "the owner's pause")
    second = agents.start(OWNER)
    await events.decided(sent)

    zombie.signal(signal.SIGCONT)
    assert await zombie.ended() == FAULT
    is_late = not all(one.counts for one in await events.read())
    assert is_late or not instance, "one that was not silent for too long has no reason not to append"
    sent += await writer.send(*mixed(talks, 60))
    if is_late:
        assert await second.ended() == FAULT
        assert "SecondWriter" in second.output()
        agents.start(OWNER)
    decided = await events.decided(sent)

    assert all(list(range(1, 161)) == seqs(decided, talk) for talk in talks)


def foreign_event(talk: Talk, first: Sent, events: EventLog) -> AnyEvent:
    state = folded(talk.id, events.messages(talk.id))
    event = decide(state, talk.says(text="foreign"), Place(first.partition, NO_COMMAND, round(time.time() * 1000)))
    assert event is not None
    return event


async def test_a_foreign_event_is_folded_after_a_restart(
    agents: Agents, writer: Writer, events: EventLog, snapshots: Snapshots
) -> None:
    talk = Talk()
    owner = await agents.start().ready()
    [first] = await writer.send(talk.says())
    await events.decided([first])
    event = encode(foreign_event(talk, first, events))
    await writer.append(CONVERSATION_EVENTS.name, event, talk.id, partition=first.partition)

    sent = [first, *await writer.send(talk.says(), talk.says())]
    assert await owner.ended() == FAULT
    owner = agents.start()
    # If both stood in the log already, the second counts there as seq 3, and the first, whose seq was taken, gets 4.
    assert sorted(seqs(await events.decided(sent), talk)) == [1, 3, 4]

    # What is saved later replaces the foreign event's state, though no command has so high an offset.
    await all_saved(snapshots, events)
    await owner.terminate()
    agents.start()
    sent += await writer.send(talk.says())
    assert seqs(await events.decided(sent), talk)[-1] == 5
