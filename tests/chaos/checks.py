"""What must hold when all is quiet again. Each check says in one sentence what it would mean if it failed."""

import asyncio
from collections.abc import Sequence

from clients.python.frames import CaughtUp, MessageSent
from infra.stores.settings import StoreSettings
from tests.chaos.players import Device, Pair, Person
from tests.chaos.witnesses import Said, Stories, Story, from_cassandra, from_device, from_http, from_log

QUIET_SECONDS = 90.0
LOOK_SECONDS = 1.0


async def until_quiet(pairs: Sequence[Pair]) -> None:
    """Wait until every device is synced and has what was acknowledged: liveness, within a bound."""
    async with asyncio.timeout(QUIET_SECONDS):
        for pair in pairs:
            for person in pair.people:
                for device in person.devices:
                    await device.client.wait_synced(timeout_seconds=QUIET_SECONDS)
                    await _until_complete(device, pair)


async def _until_complete(device: Device, pair: Pair) -> None:
    conversation_id, head = _conversation(pair), max(one.seq for one in _acknowledged(pair))
    await device.client.wait_until(
        lambda: conversation_id in device.client.conversations
        and device.client.conversations[conversation_id].cursor >= head,
        timeout_seconds=QUIET_SECONDS,
    )


async def check_agreement(pairs: Sequence[Pair], settings: StoreSettings) -> int:
    """The log, Cassandra, HTTP and every device tell the same story; how many messages it has."""
    ids = {_conversation(pair) for pair in pairs}
    log = await from_log(settings, ids)
    cassandra = await _once_the_views_are_there(settings, log)
    for pair in pairs:
        story = log[_conversation(pair)]
        _check_story(story, pair)
        assert story == cassandra[_conversation(pair)], "Cassandra's rows differ from the log"
        for person in pair.people:
            assert story == await from_http(person.api, _conversation(pair)), "HTTP differs from the log"
            for device in person.devices:
                _check_frames(device, story)
                assert story == await from_device(device.client, _conversation(pair)), "a device differs from the log"
    return sum(map(len, log.values()))


async def _once_the_views_are_there(settings: StoreSettings, log: Stories) -> Stories:
    """Cassandra's rows, when they have caught up with the log; as they are if they do not in time."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + QUIET_SECONDS
    while (rows := await from_cassandra(settings, set(log))) != log:
        if loop.time() > deadline:
            break
        await asyncio.sleep(LOOK_SECONDS)
    return rows


def _check_story(story: Story, pair: Pair) -> None:
    assert [said.seq for said in story] == list(range(1, len(story) + 1)), "the seqs have a hole"
    ids = [said.message_id for said in story]
    assert sorted(set(ids)) == ids, "ids do not sort like seq, or one message stands twice"
    told = {said.seq: said for said in story}
    for person in pair.people:
        for sent in person.acknowledged:
            assert told.get(sent.seq) == _said(sent, person), "an acknowledged message was lost or changed"
    assert len(story) == len(_acknowledged(pair)), "a message was doubled or invented"


def _check_frames(device: Device, story: Story) -> None:
    """Whatever came how often: one seq is always the same message."""
    told = {said.seq: said.message_id for said in story}
    for received in device.received:
        events = received.frame.events if isinstance(received.frame, CaughtUp) else (received.frame,)
        for event in events:
            if isinstance(event, MessageSent):
                assert told[event.seq] == event.message_id, "a device was shown another message at a seq"


def _said(sent: MessageSent, person: Person) -> Said:
    assert sent.body is not None
    return Said(sent.seq, sent.message_id, person.user_id, sent.body.text or "")


def _acknowledged(pair: Pair) -> list[MessageSent]:
    return [sent for person in pair.people for sent in person.acknowledged]


def _conversation(pair: Pair) -> str:
    (id_,) = {sent.conversation_id for sent in _acknowledged(pair)}
    return id_
