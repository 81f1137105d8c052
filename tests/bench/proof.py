"""The proof of durability: all that was acknowledged stands in Cassandra, with its seq and its id."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import msgspec
from cassandra.cluster import Cluster, Session
from cassandra.concurrent import execute_concurrent_with_args

from tests.bench.text import Envelope
from tests.bench.timeline_query import KEYSPACE, ROWS_OF_BUCKET, bucket_of

CONCURRENCY = 64
SAMPLES = 5

Bucket = tuple[UUID, int]
Messages = dict[int, UUID]


class Proof(msgspec.Struct, frozen=True):
    acknowledged: int
    found: int
    missing: int
    different: int
    waited_seconds: float
    samples: list[str] = []


def by_bucket(envelopes: Iterable[Envelope]) -> dict[Bucket, Messages]:
    found: dict[Bucket, Messages] = {}
    for envelope in envelopes:
        key = (UUID(envelope.conversation_id), bucket_of(envelope.seq))
        found.setdefault(key, {})[envelope.seq] = UUID(envelope.message_id)
    return found


async def prove(
    envelopes: Sequence[Envelope], hosts: Sequence[str], port: int, *, timeout_seconds: float = 60.0
) -> Proof:
    """Asks again for what is missing until the time is over: the timeline may be behind the log."""
    return await asyncio.to_thread(_prove, envelopes, hosts, port, timeout_seconds)


def _prove(envelopes: Sequence[Envelope], hosts: Sequence[str], port: int, timeout_seconds: float) -> Proof:
    started = time.monotonic()
    wanted = by_bucket(envelopes)
    with Cluster(list(hosts), port=port) as cluster, cluster.connect(KEYSPACE) as session:
        rows = _rows(session, wanted)
        while _missing(wanted, rows) and time.monotonic() < started + timeout_seconds:
            time.sleep(0.25)
            rows |= _rows(session, {key: wanted[key] for key in _incomplete(wanted, rows)})
    return compare(len(envelopes), wanted, rows, time.monotonic() - started)


def _rows(session: Session, wanted: Mapping[Bucket, Messages]) -> dict[Bucket, Messages]:
    keys = list(wanted)
    statement = session.prepare(ROWS_OF_BUCKET)
    ranges = [(*key, min(wanted[key]), max(wanted[key])) for key in keys]
    results = execute_concurrent_with_args(session, statement, ranges, concurrency=CONCURRENCY)
    return {key: {row.seq: row.message_id for row in rows} for key, (_, rows) in zip(keys, results, strict=True)}


def _incomplete(wanted: Mapping[Bucket, Messages], rows: Mapping[Bucket, Messages]) -> list[Bucket]:
    return [key for key, messages in wanted.items() if not messages.keys() <= rows[key].keys()]


def _missing(wanted: Mapping[Bucket, Messages], rows: Mapping[Bucket, Messages]) -> int:
    return sum(len(messages.keys() - rows[key].keys()) for key, messages in wanted.items())


def compare(
    acknowledged: int,
    wanted: Mapping[Bucket, Messages],
    rows: Mapping[Bucket, Messages],
    waited_seconds: float,
) -> Proof:
    # Acknowledged twice at one place would count once here: such a pair shows as missing.
    found = different = 0
    samples: list[str] = []
    for (conversation_id, bucket), messages in wanted.items():
        stored = rows[(conversation_id, bucket)]
        for seq, message_id in messages.items():
            if stored.get(seq) == message_id:
                found += 1
                continue
            different += seq in stored
            if len(samples) < SAMPLES:
                samples.append(f"{conversation_id} {seq} {message_id}: {stored.get(seq)}")
    return Proof(acknowledged, found, acknowledged - found - different, different, round(waited_seconds, 2), samples)
