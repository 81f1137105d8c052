"""A conversation in a log of its own and in the views, and an archiver that follows that log."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from confluent_kafka import KafkaError, Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from infra.stores.archive_manifest import Deletion
from infra.stores.postgres import Postgres
from infra.stores.timeline import Timeline
from infra.stores.versions import fixed
from schemas.codec import encode
from schemas.envelope import Headers
from schemas.events import AnyEvent, TimelineEvent
from schemas.times import milliseconds, timestamp
from schemas.topics import CONVERSATION_PARTITIONS, HOUR_MS, Topic
from streams.archive.archiver import Archiver, Parts
from streams.archive.settings import DAY_MS, ArchiveSettings
from tests.builders import START_MS, delivered
from tests.infra.stores.connecting import new_id
from tests.infra.stores.house import House, Person, person

# No partition of the real log: what the stack itself archives is left alone.
PARTITION = CONVERSATION_PARTITIONS + 3
LONG_AFTER_MS = START_MS + 3 * DAY_MS


def far_ahead() -> float:
    """A clock by which all is old: so the log alone decides."""
    return 1e11


@dataclass
class Log:
    """A topic whose records have the times of their events."""

    bootstrap: str
    topic: Topic

    @classmethod
    def make(cls, bootstrap: str) -> "Log":
        topic = Topic(f"archive.{uuid4().hex[:12]}", "conversation id", (), PARTITION + 1, HOUR_MS)
        admin = AdminClient({"bootstrap.servers": bootstrap})
        # Without the last a broker refuses times that are an hour ahead of its clock.
        config = {
            "message.timestamp.type": "CreateTime",
            "retention.ms": "-1",
            "message.timestamp.after.max.ms": str((1 << 63) - 1),
        }
        admin.create_topics([NewTopic(topic.name, topic.partitions, 1, config=config)], operation_timeout=10)[
            topic.name
        ].result()
        return cls(bootstrap, topic)

    def append(self, *events: AnyEvent) -> None:
        producer, failed = Producer({"bootstrap.servers": self.bootstrap}), list[KafkaError]()
        for event in events:
            headers: Headers = [("seq", str(event.seq).encode())] if isinstance(event, TimelineEvent) else []
            producer.produce(
                self.topic.name, encode(event), event.conversation_id, PARTITION,
                timestamp=milliseconds(event.at), headers=headers,
                on_delivery=lambda error, _: failed.append(error) if error else None,
            )  # fmt: skip
            producer.poll(0)
        assert (0, []) == (producer.flush(20), failed)


class ArchiveHouse(House):
    """What happens is in the log as well; what is read comes over the border."""

    def __init__(
        self,
        settings: ArchiveSettings,
        parts: Parts,
        postgres: Postgres,
        people: tuple[Person, Person, Person],
        log: Log,
    ) -> None:
        super().__init__(postgres, parts.timeline, settings, people)
        self.settings = settings
        self.parts = parts
        self.log = log
        self.archiver = self.archiver_of()
        self._now_ms = START_MS

    @classmethod
    async def open(cls, settings: ArchiveSettings, parts: Parts, postgres: Postgres) -> "ArchiveHouse":
        async with postgres.connection() as connection:  # what other tests left unfinished
            await connection.execute("DELETE FROM archive_positions WHERE log_partition = %s", (PARTITION,))
            await connection.execute("DELETE FROM archive_deletions WHERE log_partition = %s", (PARTITION,))
            for table in ("archive_ranges", "archive_segments"):
                await connection.execute(
                    f"DELETE FROM {table} WHERE segment_id IN"  # noqa: S608
                    " (SELECT segment_id FROM archive_segments WHERE log_partition = %s)",
                    (PARTITION,),
                )
        alice, bob, carol = [await person(postgres, settings) for _ in range(3)]
        return cls(settings, parts, postgres, (alice, bob, carol), Log.make(settings.kafka_bootstrap))

    async def happens(self, *events: AnyEvent) -> None:
        await super().happens(*events)
        self.log.append(*events)

    async def talk(self, first: int, last: int) -> None:
        """Messages by two people, one a second."""
        said = [self.says(seq, f"text {seq}", self.alice if seq % 3 else self.bob) for seq in range(first, last + 1)]
        await self.happens(*said)

    def archiver_of(self, **settings: object) -> Archiver:
        """An archiver of this house with other settings."""
        return Archiver(self.settings.model_copy(update=settings), self.parts, self.log.topic, far_ahead)

    def long_after(self) -> None:
        """The log goes on elsewhere, for days, so that all that happened is old."""
        self._now_ms += LONG_AFTER_MS - START_MS
        self.log.append(delivered(conversation_id=new_id(), at=timestamp(self._now_ms)))

    async def archive(self) -> int:
        self.long_after()
        return await self.archiver.work(PARTITION)

    def deletion(self, seq: int) -> Deletion:
        return Deletion(self.conversation_id, seq, PARTITION)

    async def note_deletion(self, seq: int) -> None:
        """As the agent does when it sees one."""
        await self.parts.manifest.note([self.deletion(seq)])

    async def in_cassandra(self) -> list[int]:
        """The seqs of the rows that are there, whatever the archive has."""
        hot = await Timeline.prepare(self.parts.timeline._cassandra, fixed(1), is_one_replica_set=True)
        return [row.seq for row in await hot.read(self.conversation_id, 1, 2_000)]

    async def segments(self) -> list[int]:
        """Those that readers find, in the order of their rows."""
        async with self.postgres.connection() as connection:
            cursor = await connection.execute(
                "SELECT segment_id FROM archive_ranges WHERE conversation_id = %s AND is_live ORDER BY first_seq",
                (UUID(self.conversation_id),),
            )
            found = [segment_id for (segment_id,) in await cursor.fetchall()]
        return list(dict.fromkeys(found))  # type: ignore[arg-type]

    async def stored_bytes(self) -> list[bytes]:
        """Every object of the archive that was made of this log, as it stands."""
        manifests = await self.parts.manifest.all()
        keys = [one.object_key for one in manifests if one.object_key and one.segment_id in await self._all_segments()]
        return [await self.parts.objects.get(self.parts.bucket, key) for key in keys]

    async def _all_segments(self) -> set[int]:
        async with self.postgres.connection() as connection:
            cursor = await connection.execute(
                "SELECT DISTINCT segment_id FROM archive_ranges WHERE conversation_id = %s",
                (UUID(self.conversation_id),),
            )
            return {segment_id for (segment_id,) in await cursor.fetchall()}  # type: ignore[misc]
