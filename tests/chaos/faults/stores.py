"""What is done to the stores' contents: Redis loses all, topics get records that nobody can read."""

import asyncio
import os
import uuid
from random import Random

import redis
from confluent_kafka import KafkaError, Message, Producer

from infra.local.faults import StackFault
from infra.local.waiting import wait_until
from infra.stores.log_reading import LogReader
from infra.stores.settings import StoreSettings
from schemas.codec import decode_dead_letter
from schemas.dead_letters import DeadLetter
from schemas.topics import DEAD_LETTERS, Topic
from tests.chaos.faults.fault import Fault
from tests.chaos.records import now

LETTER_SECONDS = 120.0
ANSWER_SECONDS = 30.0


class Flushed(Fault):
    """FLUSHALL. Proof: there were keys."""

    kind = "flush"
    hold_seconds = (0.0, 0.0)

    def __init__(self, url: str) -> None:
        super().__init__("redis")
        self._url = url

    async def begin(self) -> None:
        await asyncio.to_thread(self._flush)

    def _flush(self) -> None:
        try:
            with redis.Redis.from_url(self._url, socket_timeout=ANSWER_SECONDS) as client:
                keys = int(client.dbsize())
                client.flushall()
        except redis.RedisError as away:
            raise StackFault(f"redis was not flushed: {away}") from away
        self.proofs += keys > 0

    async def heal(self) -> None:
        """Nobody brings the keys back but those who wrote them."""


class Poisoned(Fault):
    """Records that are no value of their topic. Proof: they stand in `dead.letters`, with their places."""

    kind = "poison"
    hold_seconds = (0.0, 1.0)
    values = (b"", b"\x00\xff", b"{", b"[]", b'{"type":"Nothing"}', b'{"type":"SendMessage"}')

    def __init__(self, settings: StoreSettings, topic: Topic) -> None:
        super().__init__(topic.name)
        self._settings = settings
        self._topic = topic
        self._places: set[tuple[int, int]] = set()
        self._since = 0.0

    async def begin(self) -> None:
        self._since = now() - 1.0
        await asyncio.to_thread(self._append)

    def _append(self) -> None:
        self._places = set()
        producer = Producer({"bootstrap.servers": self._settings.kafka_bootstrap, "acks": "all", "log_level": 0})
        value = Random(os.urandom(4)).choice(self.values)
        for partition in range(self._topic.partitions):
            producer.produce(
                self._topic.name, value, str(uuid.uuid4()), partition=partition, on_delivery=self._appended
            )
        if producer.flush(ANSWER_SECONDS) or not self._places:
            raise StackFault(f"{self._topic.name} was not poisoned")

    def _appended(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            self._places.add((message.partition() or 0, message.offset() or 0))

    async def heal(self) -> None:
        await asyncio.to_thread(wait_until, self._is_found, f"the dead letters of {self.target}", LETTER_SECONDS)
        self.proofs += len(self._places)

    def _is_found(self) -> bool:
        reader = LogReader(self._settings.kafka_bootstrap)
        records = reader.read(reader.spans(DEAD_LETTERS, since_ms=int(self._since * 1000)))
        letters = (decode_dead_letter(one.value) for one in records)
        mine = (one for one in letters if isinstance(one, DeadLetter) and one.topic == self.target)
        return self._places <= {(one.partition, one.offset) for one in mine}
