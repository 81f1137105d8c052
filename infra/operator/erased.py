"""Whether anything is left of somebody who was erased: every store read whole, and what it should not have any more.

What is looked for are traces (texts that are known to have been theirs), rows that name the person, a key that opens
what they wrote, and their files. Ids, times, kinds and sizes stay (docs/erasure.md).
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from infra.operator.looking import RECORDS_AT_ONCE, Looked, Stores
from infra.operator.traces import Traces
from infra.stores import scanning
from infra.stores.archive_manifest import ArchiveManifest
from infra.stores.keys import KeyMissing, Keys
from infra.stores.log_reading import LogReader, Record
from infra.stores.scanning import Chunk
from schemas.codec import Undecodable, decode_dead_letter, decode_media
from schemas.media import MediaReady
from schemas.topics import CONVERSATION_COMMANDS, CONVERSATION_EVENTS, DEAD_LETTERS, MEDIA_EVENTS, TOPICS, Topic

SEALED_TOPICS = (CONVERSATION_COMMANDS, CONVERSATION_EVENTS)


class Check(Struct, frozen=True):
    """A place that was looked through; `left` are sentences, none if it is clean."""

    place: str
    looked_at: str
    left: tuple[str, ...] = ()


@dataclass(slots=True)
class _Seen:
    """What was found in a topic: how many bodies of the person's, and the hashes of files that they uploaded."""

    records: int = 0
    traces: set[str] = field(default_factory=set)
    sealed: int = 0
    files: set[str] = field(default_factory=set)


async def checks(use: Stores, user_id: str, traces: Traces, looked: Looked) -> AsyncIterator[Check]:
    """All checks, one after another. Raises StoreUnavailable."""
    can_open = await _can_open(use.keys, user_id)
    files: set[str] = set()
    yield await _rows(use, user_id)
    for topic in TOPICS:
        seen = _in_topic(use.log, topic, user_id, traces, looked)
        files |= seen.files
        left = _traces_left(seen.traces) + ((f"{seen.sealed} bodies: {can_open}",) if can_open and seen.sealed else ())
        closed = f", {seen.sealed:,} bodies of theirs without a key" if seen.sealed and not can_open else ""
        yield Check(f"Kafka {topic.name}", f"{seen.records:,} records{closed}", left)
    archive = scanning.in_archive(ArchiveManifest(use.postgres), use.objects, use.object_settings.archive_bucket)
    # The register of exports says where to look for a copy, maybe by a name of theirs: it is listed instead.
    for place, unit, chunks in (
        ("Cassandra", "rows", scanning.in_cassandra(use.cassandra, use.settings.cassandra_keyspace)),
        ("PostgreSQL", "rows", scanning.in_postgres(use.postgres, leave_out=("public.exports",))),
        ("Redis", "keys", scanning.in_redis(use.redis)),
        ("archive", "rows", archive),
    ):
        yield await _in_store(place, unit, chunks, traces, looked)
    yield await _files(use, user_id, files)


async def _rows(use: Stores, user_id: str) -> Check:
    """The rows that name them, and the groups in which they are."""
    left = [f"{what}: {count}" for what, count in (await use.people.left(user_id)).items()]
    if groups := await use.erasures.groups(user_id):
        left.append(f"{len(groups)} groups in which they are still a member")
    return Check("account", "key, name, devices, settings, groups", tuple(left))


async def _can_open(keys: Keys, user_id: str) -> str:
    """Why their bodies can be opened; empty if they cannot."""
    keys.forget([user_id])  # whoever collected their traces has opened what they wrote
    try:
        return "" if (await keys.load([user_id]))[user_id] is None else "the key is there"
    except KeyMissing:
        return "there is no key, but no mark of an erasure either"


def _in_topic(reader: LogReader, topic: Topic, user_id: str, traces: Traces, looked: Looked) -> _Seen:
    seen = _Seen()
    for span in reader.spans(topic):
        for records in _batches(reader.read([span])):
            seen.records += len(records)
            seen.traces |= traces.found(b"\0".join(piece for one in records for piece in _pieces(topic, one)))
            for record in records:
                if user_id.encode() in record.value:
                    _note(seen, topic, record, user_id)
            looked(topic.name, len(records))
    return seen


def _batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) == RECORDS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _pieces(topic: Topic, record: Record) -> Iterator[bytes]:
    """All bytes of a record; a dead letter's own value stands in it as base64."""
    yield record.value
    yield record.key or b""
    for _, value in record.headers:
        yield value or b""
    if topic is DEAD_LETTERS:
        try:
            yield getattr(decode_dead_letter(record.value), "value", b"")
        except Undecodable:
            return


def _note(seen: _Seen, topic: Topic, record: Record, user_id: str) -> None:
    """What a record that names them says: a body, or a file."""
    try:
        if topic is MEDIA_EVENTS:
            event = decode_media(record.value)
            if isinstance(event, MediaReady) and event.owner_id == user_id:
                seen.files |= {one.sha256 for one in (event.content, event.thumbnail) if one}
        elif topic in SEALED_TOPICS:
            value = msgspec.json.decode(record.value)
            seen.sealed += value.get("actor_id") == user_id and isinstance(value.get("body"), dict)
    except (Undecodable, AttributeError):
        return


async def _in_store(place: str, unit: str, chunks: AsyncIterator[Chunk], traces: Traces, looked: Looked) -> Check:
    count, left = 0, set()
    async for where, more, data in chunks:
        count += more
        left |= {f"{where}: {text}" for text in traces.found(data)}
        looked(place, more)
    return Check(place, f"{count:,} {unit}", _traces_left(left))


def _traces_left(found: set[str]) -> tuple[str, ...]:
    return tuple(f"a trace: {one[:60]}" for one in sorted(found))


async def _files(use: Stores, user_id: str, hashes: set[str]) -> Check:
    """Files that they uploaded, as the log knows them, and rows of files that nobody else has sent on."""
    left = [f"the object {one} that nobody else has" for one in sorted(hashes) if await use.media.is_left(one)]
    theirs = await use.media.of_nobody_else(user_id)
    left += [f"the file {one.media_id}" for one in theirs]
    kept = len(await use.media.of(user_id)) - len(theirs)
    others = f", {kept} files kept that others have sent on" if kept else ""
    return Check("object store", f"{len(hashes)} objects of theirs{others}", tuple(left))
