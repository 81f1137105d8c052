"""The four witnesses of a conversation: the log, Cassandra, the timeline over HTTP, and each device's own copy.

Each tells the same story or somebody lies: what was said at which seq, by whom, under which message id.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from confluent_kafka import Consumer, TopicPartition

from clients.python import Api, Client
from clients.python.frames import MessageSent as SentFrame
from infra.stores.cassandra import Cassandra
from infra.stores.keys import Keys
from infra.stores.postgres import Postgres
from infra.stores.settings import StoreSettings
from infra.stores.timeline import Timeline
from infra.stores.versions import fixed
from infra.stores.views import open_body
from schemas import bodies
from schemas.codec import decode_event
from schemas.events import MessageSent
from schemas.topics import CONVERSATION_EVENTS

PAGE = 200


@dataclass(frozen=True, slots=True)
class Said:
    seq: int
    message_id: str
    sender_id: str
    text: str


Story = list[Said]
Stories = Mapping[str, Story]


def log_records(settings: StoreSettings) -> list[MessageSent]:
    """Every MessageSent in the log, repeated records of a seq included, in the order of their partition."""
    kafka = Consumer(
        {
            "bootstrap.servers": settings.kafka_bootstrap,
            "group.id": "witness",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
        }
    )
    found: list[MessageSent] = []
    for partition in range(CONVERSATION_EVENTS.partitions):
        place = TopicPartition(CONVERSATION_EVENTS.name, partition, 0)
        low, high = kafka.get_watermark_offsets(place, timeout=30)
        kafka.assign([place])
        while low < high:
            for message in kafka.consume(500, 1.0):
                assert message.error() is None, message.error()
                low = (message.offset() or 0) + 1
                event = decode_event(message.value() or b"")
                if isinstance(event, MessageSent):
                    found.append(event)
    kafka.close()
    return found


async def from_log(settings: StoreSettings, conversation_ids: set[str]) -> Stories:
    """The log's story: the first record of a seq wins."""
    keys = Keys(await Postgres.connect(settings), settings.master_key_bytes())
    stories: defaultdict[str, dict[int, Said]] = defaultdict(dict)
    for event in await asyncio.to_thread(log_records, settings):
        if event.conversation_id in conversation_ids:
            stories[event.conversation_id].setdefault(event.seq, await _said(event, keys))
    return {id_: [said for _, said in sorted(story.items())] for id_, story in stories.items()}


async def from_cassandra(settings: StoreSettings, conversation_ids: set[str]) -> Stories:
    """The rows of the timeline view, up to the inbox's head."""
    postgres = await Postgres.connect(settings)
    keys = Keys(postgres, settings.master_key_bytes())
    cassandra = await Cassandra.connect(settings)
    timeline = await Timeline.prepare(cassandra, fixed(1), is_one_replica_set=True)
    stories = {}
    for id_ in conversation_ids:
        rows = await timeline.read(id_, 1, await _head(postgres, id_))
        stories[id_] = [await _said(_sent(row.event), keys) for row in rows]
    await cassandra.close()
    await postgres.close()
    return stories


async def from_http(api: Api, conversation_id: str) -> Story:
    """The timeline over HTTP, paged back from its end."""
    story: Story = []
    before: int | None = None
    while True:
        page = await api.timeline(conversation_id, before=before, limit=PAGE)
        story = [_shown(event) for event in page.events] + story
        if not page.has_more:
            return story
        before = story[0].seq


async def from_device(client: Client, conversation_id: str) -> Story:
    """A device's copy; what it never had (its first Snapshot began later) it pages back, as people do."""
    copy = client.conversations[conversation_id]
    while copy.oldest_seq and copy.oldest_seq > 1:
        await client.page_back(conversation_id, limit=PAGE)
    return [_shown(event) for event in copy.messages]


def _shown(event: object) -> Said:
    assert isinstance(event, SentFrame)
    assert event.body is not None
    return Said(event.seq, event.message_id, event.sender_id, event.body.text or "")


def _sent(value: bytes | None) -> MessageSent:
    event = decode_event(value or b"")
    assert isinstance(event, MessageSent)
    return event


async def _said(event: MessageSent, keys: Keys) -> Said:
    body = bodies.decode(open_body(event, await keys.key(event.actor_id)) or b"")
    assert isinstance(body, bodies.Text)
    return Said(event.seq, event.message_id, event.actor_id, body.text)


async def _head(postgres: Postgres, conversation_id: str) -> int:
    async with postgres.connection() as connection:
        cursor = await connection.execute(
            "SELECT head_seq FROM inbox.conversations WHERE conversation_id = %s", (conversation_id,)
        )
        row = await cursor.fetchone()
    return int(str(row[0])) if row else 0


