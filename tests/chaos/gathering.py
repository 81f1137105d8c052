"""Asks the witnesses: the log, the rows, the API, the devices, the phones that were pushed to, and `verify`."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from clients.python import ApiError, fetched, of_copy
from clients.python.events import AnyTimelineEvent, MessageSent
from infra.fake_push.devices import Journaled
from infra.operator.proof.report import Example, Report
from infra.operator.proof.stored import Stores, connected
from infra.operator.proof.verifying import Wish, verify_views
from infra.stores.faults import StoreUnavailable
from infra.stores.keys import Keys
from infra.stores.log_reading import LogReader
from infra.stores.settings import ObjectSettings, StoreSettings
from infra.stores.timeline import Timeline
from infra.stores.versions import fixed
from schemas import events
from schemas.codec import decode_event
from schemas.topics import CONVERSATION_COMMANDS, CONVERSATION_EVENTS, DEAD_LETTERS, MEDIA_EVENTS, Topic
from streams.runtime.records import Record
from tests.chaos.evidence import Copied, Evidence, File, Logged, Presence, Pushed, Shown, View
from tests.chaos.log_evidence import Opening, given, ready_media, story
from tests.chaos.workload.circle import Circle
from tests.chaos.workload.person import Person
from tests.chaos.workload.phone import insisted

STILL_SECONDS = 2.0
LOOK_SECONDS = 0.5
EXAMPLES_MAX = 10_000
STILL_WITHIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Where they are; `since`: when the run began, in seconds since 1970."""

    stores: StoreSettings
    objects: ObjectSettings
    push_journal: Path
    since: float

    async def gather(self, circle: Circle, presences: Iterable[Presence]) -> Evidence:
        """Once everybody has had everything. Raises StoreUnavailable, ApiError."""
        async with connected(self.stores, self.objects) as stores:
            await self._still()
            records = await self._read(CONVERSATION_EVENTS)
            opened = Opening(Keys(stores.postgres, self.stores.master_key_bytes()))
            log, advances = await story(records, opened)
            ids = {one.event.conversation_id for one in log}
            shown = await _shown(circle.people, ids)
            return Evidence(
                log=log,
                advances=advances,
                commands=given(await self._read(CONVERSATION_COMMANDS), records, await self._read(DEAD_LETTERS)),
                rows=await _rows(stores, self.stores, log, opened),
                shown=shown,
                copies=await _copied(circle.people),
                pushes=_pushed(self.push_journal, circle.people),
                presences=tuple(presences),
                files=await _files(circle.people, shown),
                ready_media=tuple(ready_media(await self._read(MEDIA_EVENTS))),
                views=await _views(stores, ids),
            )

    async def _read(self, topic: Topic) -> Sequence[Record]:
        reader = LogReader(self.stores.kafka_bootstrap)
        since_ms = int(self.since * 1000)
        return await asyncio.to_thread(lambda: list(reader.read(reader.spans(topic, since_ms=since_ms))))

    async def _still(self) -> None:
        """Receipts follow what is delivered, and views follow receipts."""
        reader = LogReader(self.stores.kafka_bootstrap)
        loop = asyncio.get_running_loop()
        deadline, before, since = loop.time() + STILL_WITHIN_SECONDS, None, loop.time()
        while before is None or loop.time() - since < STILL_SECONDS:
            spans = await asyncio.to_thread(reader.spans, CONVERSATION_EVENTS)
            if spans != before:
                before, since = spans, loop.time()
            if loop.time() > deadline:
                raise StoreUnavailable("the log does not come to rest")
            await asyncio.sleep(LOOK_SECONDS)


async def _rows(
    stores: Stores, settings: StoreSettings, log: Iterable[Logged], opened: Opening
) -> tuple[AnyTimelineEvent, ...]:
    """Those that the API reads: of the live version, archived ones among them."""
    live = next(one for one in await stores.projections.all("timeline") if one.state == "live")
    timeline = await Timeline.prepare(
        stores.cassandra, fixed(live.version), stores.archive, is_one_replica_set=settings.is_one_replica_set
    )
    heads: dict[str, int] = {}
    for one in log:
        heads[one.event.conversation_id] = max(heads.get(one.event.conversation_id, 0), one.event.seq)
    found: list[AnyTimelineEvent] = []
    for id_, head in heads.items():
        for row in await timeline.read(id_, 1, head):
            event = decode_event(row.event or b"")
            assert isinstance(event, events.TimelineEvent)
            found.append(await opened.frame(event))
    return tuple(found)


async def _shown(people: Iterable[Person], ids: Iterable[str]) -> tuple[Shown, ...]:
    found: list[Shown] = []
    for person in people:
        api = person.phones[0].api
        for id_ in ids:
            try:
                state = await insisted(lambda api=api, id_=id_: fetched(api, id_))  # type: ignore[misc]  # bound at once
            except ApiError as refused:
                if refused.code != "not-found":
                    raise
            else:
                found.append(Shown(person.user_id, state))
    return tuple(found)


async def _copied(people: Iterable[Person]) -> tuple[Copied, ...]:
    found: list[Copied] = []
    for person in people:
        for phone in person.phones:
            assert phone.client is not None
            for id_ in list(phone.client.conversations):
                client = phone.client
                copy = await insisted(lambda client=client, id_=id_: client.complete(id_))  # type: ignore[misc]
                found.append(Copied(person.user_id, phone.device_id, of_copy(copy)))
    return tuple(found)


def _pushed(journal: Path, people: Iterable[Person]) -> tuple[Pushed, ...]:
    tokens = {phone.push_token for person in people for phone in person.all_phones}
    lines = journal.read_bytes().splitlines() if journal.exists() else []
    taken = (msgspec.json.decode(line, type=Journaled) for line in lines)
    return tuple(
        Pushed(one.token, one.push.message_id, one.push.at)
        for one in taken
        if one.push.is_visible and one.token in tokens
    )


async def _files(people: Iterable[Person], shown: Iterable[Shown]) -> tuple[File, ...]:
    by_user: dict[str, set[str]] = {}
    for one in shown:
        bodies = (event.body for event in one.state.timeline if isinstance(event, MessageSent) and event.body)
        by_user.setdefault(one.user_id, set()).update(body.media_id for body in bodies if body.media_id)
    found: list[File] = []
    for person in people:
        for media_id in sorted(by_user.get(person.user_id, ())):
            found.append(await _file(person, media_id))
    return tuple(found)


async def _file(person: Person, media_id: str) -> File:
    api = person.phones[0].api
    try:
        media = await insisted(lambda: api.media(media_id))
        content = await insisted(lambda: api.download(media.url or ""))
    except ApiError as refused:
        return File(person.user_id, media_id, refused.code, None)
    return File(person.user_id, media_id, media.status, sha256(content).hexdigest())


async def _views(stores: Stores, ids: Collection[str]) -> tuple[View, ...]:
    """Of the run's conversations: on a stack that others use, too, they may have written into views by hand."""
    reports = await verify_views(stores, Wish(examples=EXAMPLES_MAX))
    return tuple(_view(one, [each for each in one.examples if each.conversation_id in ids]) for one in reports)


def _view(report: Report, own: Sequence[Example]) -> View:
    return View(f"{report.view}-{report.version}", len(own), report.unjudged, str(own[0]) if own else "")
