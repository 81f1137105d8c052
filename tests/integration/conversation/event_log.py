"""`conversation.events` as a test reads it, and what must hold of it whatever happened to its writers."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from schemas.codec import Undecodable, decode_event
from schemas.events import AnyEvent, MessageSent, TimelineEvent
from schemas.topics import CONVERSATION_EVENTS
from tests.integration.conversation.talks import Sent, Talk

DECIDED_SECONDS = 60.0
ANSWER_SECONDS = 10.0
LEADER_SECONDS = 60.0  # a broker that was stopped beyond its session is registered anew before it leads again
PAUSE_SECONDS = 0.2
CHUNK_RECORDS = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """An event and where it stands; it does not count if its seq was there before."""

    event: AnyEvent
    partition: int
    offset: int
    counts: bool


class EventLog:
    """The events since the test began."""

    def __init__(self, bootstrap: str) -> None:
        self._config = {
            "bootstrap.servers": bootstrap, "group.id": "tests", "enable.auto.commit": False, "fetch.wait.max.ms": 20,
        }  # fmt: skip
        self._kafka, self._asking = Consumer(self._config), Consumer(self._config)
        self._next = self.ends()
        self._kafka.assign([_place(number, offset) for number, offset in self._next.items()])
        self._heads: dict[str, int] = {}
        self._counting: dict[tuple[int, int, str], list[AnyEvent]] = {}
        self.found: list[Found] = []

    def close(self) -> None:
        self._kafka.close()
        self._asking.close()

    def ends(self) -> dict[int, int]:
        """Per partition, the offset that the next event gets."""
        deadline = time.monotonic() + LEADER_SECONDS
        while True:
            try:
                return {number: self._end(number) for number in range(CONVERSATION_EVENTS.partitions)}
            except KafkaException:  # a broker that comes back leads no partition for a moment
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE_SECONDS)
                self._asking.close()  # it remembers for over a minute that nobody leads (infra/stores/log_ends.py)
                self._asking = Consumer(self._config)

    def _end(self, number: int) -> int:
        return self._asking.get_watermark_offsets(_place(number), timeout=ANSWER_SECONDS)[1]

    async def read(self) -> list[Found]:
        """All events up to the present ends."""
        ends = await asyncio.to_thread(self.ends)
        while any(self._next[number] < end for number, end in ends.items()):
            for message in await asyncio.to_thread(self._kafka.consume, CHUNK_RECORDS, 0.1):
                assert message.error() is None, message.error()
                self._take(message)
        return self.found

    def _take(self, message: Message) -> None:
        number, offset, value = message.partition(), message.offset(), message.value()
        assert number is not None
        assert offset is not None
        self._next[number] = offset + 1
        try:
            event = decode_event(value or b"")
        except Undecodable:
            return
        counts = not isinstance(event, TimelineEvent) or event.seq > self._heads.get(event.conversation_id, 0)
        if counts and isinstance(event, TimelineEvent):
            self._heads[event.conversation_id] = event.seq
        if counts:
            self._counting.setdefault((number, event.command_offset, event.conversation_id), []).append(event)
        self.found.append(Found(event, number, offset, counts))

    async def decided(self, sent: Iterable[Sent], timeout_seconds: float = DECIDED_SECONDS) -> Mapping[Sent, AnyEvent]:
        """Wait until each of the commands has an event that counts; then check all that must hold."""
        sent = list(sent)
        deadline = asyncio.get_running_loop().time() + timeout_seconds
        while missing := [one for one in sent if not self.events_of(one)]:
            assert asyncio.get_running_loop().time() < deadline, f"{len(missing)} of {len(sent)} are not decided"
            await self.read()
        await self.read()
        return self.check(sent)

    def check(self, sent: Sequence[Sent]) -> Mapping[Sent, AnyEvent]:
        """One event per command; every seq once and none missing; no message twice; ids in the order of seq."""
        events = {one: self.events_of(one) for one in sent}
        assert {len(found) for found in events.values()} <= {1}, "a command has more than one event that counts"
        for conversation_id in {one.command.conversation_id for one in sent}:
            check_conversation(self.messages(conversation_id))
        return {one: found[0] for one, found in events.items()}

    def messages(self, conversation_id: str) -> list[MessageSent]:
        """The messages that count."""
        return [
            one.event
            for one in self.found
            if one.counts and one.event.conversation_id == conversation_id and isinstance(one.event, MessageSent)
        ]

    def events_of(self, sent: Sent) -> list[AnyEvent]:
        """The events of a command that count."""
        return self._counting.get((sent.partition, sent.offset, sent.command.conversation_id), [])


def check_conversation(messages: Sequence[MessageSent]) -> None:
    assert list(range(1, len(messages) + 1)) == [one.seq for one in messages]
    assert list(range(1, len(messages) + 1)) == [one.message_number for one in messages]
    ids = [one.message_id for one in messages]
    assert sorted(set(ids)) == ids
    assert not [id_ for id_, count in Counter((m.actor_id, m.client_id) for m in messages).items() if count > 1]


def seqs(decided: Mapping[Sent, AnyEvent], talk: Talk) -> list[int]:
    """The seqs that the commands of a talk got, in their order."""
    mine = (event for sent, event in decided.items() if sent.command.conversation_id == talk.id)
    return [event.seq for event in mine if isinstance(event, MessageSent)]


def _place(number: int, offset: int = 0) -> TopicPartition:
    return TopicPartition(CONVERSATION_EVENTS.name, number, offset)
