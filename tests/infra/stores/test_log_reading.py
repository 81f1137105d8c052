"""The log as people read it, on the real broker."""

import pytest

from infra.stores.faults import StoreUnavailable
from infra.stores.log import Appender, Place
from infra.stores.log_reading import LogReader, Span
from infra.stores.settings import StoreSettings
from schemas.topics import CONVERSATION_EVENTS
from tests.infra.stores.connecting import NOWHERE, TEST_TOPIC, new_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def reader(settings: StoreSettings) -> LogReader:
    return LogReader(settings.kafka_bootstrap)


async def appended(settings: StoreSettings, *values: bytes, partition: int = 0) -> list[Place]:
    appender = Appender(settings.kafka_bootstrap, "test")
    return [await appender.append(TEST_TOPIC.name, value, key=b"k", partition=partition) for value in values]


class TestRead:
    async def test_a_span_from_its_start_to_before_its_end(self, reader: LogReader, settings: StoreSettings) -> None:
        names = [new_id().encode() for _ in range(3)]
        first, _, last = await appended(settings, *names)
        found = list(reader.read([Span(TEST_TOPIC.name, 0, first.offset, last.offset)]))
        assert names[:2] == [record.value for record in found]
        assert [(0, first.offset, b"k"), (0, first.offset + 1, b"k")] == [
            (record.partition, record.offset, record.key) for record in found
        ]

    async def test_partitions_by_time(self, reader: LogReader, settings: StoreSettings) -> None:
        spans = [
            Span(TEST_TOPIC.name, partition, place.offset, place.offset + 1)
            for partition in (1, 0)
            for place in await appended(settings, b"{}", partition=partition)
        ]
        assert [1, 0] == [record.partition for record in reader.read(spans)]

    async def test_an_empty_span(self, reader: LogReader) -> None:
        assert [] == list(reader.read([Span(TEST_TOPIC.name, 0, 5, 5)]))


class TestSpans:
    async def test_all_that_there_is(self, reader: LogReader, settings: StoreSettings) -> None:
        (place,) = await appended(settings, b"{}", partition=1)
        spans = reader.spans(TEST_TOPIC)
        assert [0, 1] == [span.partition for span in spans]
        assert place.offset + 1 == spans[1].end

    async def test_from_a_time_to_before_another(self, reader: LogReader, settings: StoreSettings) -> None:
        (place,) = await appended(settings, b"{}")
        record = reader.one(TEST_TOPIC.name, 0, place.offset)
        assert record is not None
        (since,) = reader.spans(TEST_TOPIC, partitions=[0], since_ms=record.at_ms)
        assert since.start <= place.offset < since.end
        (until,) = reader.spans(TEST_TOPIC, partitions=[0], until_ms=record.at_ms)
        assert until.end <= place.offset
        (later,) = reader.spans(TEST_TOPIC, partitions=[0], since_ms=record.at_ms + 3_600_000)
        assert 0 == len(later)


class TestOne:
    async def test_beyond_the_end(self, reader: LogReader) -> None:
        assert reader.one(TEST_TOPIC.name, 0, 1 << 40) is None


class TestFollow:
    async def test_what_comes(self, reader: LogReader, settings: StoreSettings) -> None:
        coming = reader.follow(TEST_TOPIC)
        assert next(coming) is None
        name = new_id().encode()
        await appended(settings, name)
        found = next(record for record in coming if record is not None)
        assert name == found.value


class TestUnavailable:
    async def test_said_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("infra.stores.log_reading.ANSWER_SECONDS", 0.5)
        with pytest.raises(StoreUnavailable):
            LogReader(NOWHERE).spans(CONVERSATION_EVENTS)
