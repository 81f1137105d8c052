"""Dead letters: what was passed over stands in the log, with its position and cause."""

from confluent_kafka import Consumer, TopicPartition

from infra.stores.log import Appender
from schemas.codec import decode_dead_letter
from schemas.dead_letters import DeadLetter
from streams.runtime.dead_letters import DeadLetters
from tests.streams.runtime.builders import TOPIC, a_record


def last_letter(bootstrap: str) -> DeadLetter:
    kafka = Consumer({"bootstrap.servers": bootstrap, "group.id": "nobody", "enable.auto.commit": False})
    _, end = kafka.get_watermark_offsets(TopicPartition("dead.letters", 0), timeout=10)
    kafka.assign([TopicPartition("dead.letters", 0, end - 1)])
    (message,) = kafka.consume(1, 10)
    kafka.close()
    letter = decode_dead_letter(message.value() or b"")
    assert isinstance(letter, DeadLetter)
    return letter


class TestBury:
    async def test_in_the_log_when_it_returns(self, bootstrap: str) -> None:
        record = a_record(7, partition=3, value=b"\xff not JSON", key=None)
        await DeadLetters(Appender(bootstrap, "test"), "some-agent").bury(record, ValueError("why"))
        letter = last_letter(bootstrap)
        assert (letter.topic, letter.partition, letter.offset) == (TOPIC, 3, 7)
        assert (letter.agent, letter.cause) == ("some-agent", "ValueError: why")
        assert (letter.key, letter.value) == (None, b"\xff not JSON")
