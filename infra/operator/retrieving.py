"""What `backchannel account export` does: all about one person, from the log and the stores, into a bundle."""

import mimetypes
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from msgspec import json

from infra.operator.account_documents import (
    LINES,
    VERSION,
    Conversation,
    Device,
    File,
    Manifest,
    Profile,
    Reach,
    Received,
)
from infra.operator.belonging import OF_OTHERS, OWNED, Belonging
from infra.operator.bundle import Bundle, bundle
from infra.operator.looking import RECORDS_AT_ONCE, Looked, Stores, find, progress, stores
from infra.operator.running import Failed, run
from infra.operator.showing import json_line, shown, value_of
from infra.operator.unsealing import Unsealing
from infra.stores.contents import object_key
from infra.stores.inbox import Inbox
from infra.stores.log_reading import Record, Span
from infra.stores.media import Media, MediaRow
from infra.stores.objects import ObjectMissing
from infra.stores.personal_data import Someone
from schemas.bodies import SealedText
from schemas.times import timestamp
from schemas.topics import CONVERSATION_EVENTS, NOTIFICATION_REQUESTS, Topic

README = """All that Backchannel keeps about {handle} ({user_id}), made on {made_at}.

manifest.json names every file with its size and SHA-256, and how far the log was read. Files that end in .jsonl hold
one JSON value on each line. What other people wrote is theirs, and is not here: received.jsonl says of their messages
only when they came, from whom, and how long they were.

profile.json            who you are, and your privacy settings
devices.json            where you are signed in
conversations.json      where you are or were a member, from when to when
media.json, media/      the files that you uploaded
received.jsonl          messages of others that you could see
{lines}
"""
FINGERPRINT_BYTES = 8


def export(whom: str, to: Path, *, as_json: bool) -> None:
    place = str(to.absolute())

    async def work() -> None:
        async with stores() as use:
            someone = await find(use, whom)
            if someone.erased_at is not None:
                raise Failed(f"{someone.user_id} was erased on {_time(someone.erased_at)}: there is nothing to export")
            with bundle(to) as made, progress() as looked:
                await use.exports.register(place, "account export", someone.user_id)
                manifest = await _Retrieving(use, someone, made, looked).all()
        if as_json:
            typer.echo(json.encode(manifest))
            return
        size = sum(one.size for one in manifest.files)
        typer.echo(f"{to}: {len(manifest.files)} files of {size:,} bytes about {someone.handle} ({someone.user_id})")

    run(work)


class _Retrieving:
    """One export."""

    def __init__(self, use: Stores, someone: Someone, made: Bundle, looked: Looked) -> None:
        self._use = use
        self._someone = someone
        self._user_id = someone.user_id
        self._made = made
        self._looked = looked
        self._unsealing = Unsealing(use.keys)
        self._belonging = Belonging(someone.user_id)

    async def all(self) -> Manifest:
        """Everything, and at last the manifest. Raises StoreUnavailable, Failed."""
        self._made.json("profile.json", await self._profile())
        self._made.json("devices.json", await self._devices())
        spans = await self._conversation_events()
        for topic in OWNED:
            spans += await self._records(topic)
        self._made.json("conversations.json", await self._conversations())
        self._made.json("media.json", await self._media())
        made_at = timestamp(time.time_ns() // 1_000_000)
        lines = "\n".join(f"{name:23} {what}" for name, what in LINES.items())
        self._made.text(
            "README.txt",
            README.format(handle=self._someone.handle, user_id=self._user_id, made_at=made_at, lines=lines),
        )
        reach = tuple(Reach(span.topic, span.partition, span.start, span.end) for span in spans)
        manifest = Manifest(VERSION, self._user_id, made_at, reach, self._made.written())
        self._made.json("manifest.json", manifest)
        return manifest

    async def _profile(self) -> Profile:
        someone, settings = self._someone, await self._use.people.settings(self._user_id)
        return Profile(
            user_id=someone.user_id,
            handle=someone.handle or "",
            display_name=someone.display_name or "",
            avatar_media_id=settings.avatar_media_id,
            created_at=_time(someone.created_at),
            last_seen_at=_time_if(settings.last_seen_at),
            read_receipts=settings.read_receipts,
            last_seen_visibility=settings.last_seen_visibility,
        )

    async def _devices(self) -> list[Device]:
        return [
            Device(
                device_id=one.device_id,
                name=one.name,
                signed_in_at=_time(one.created_at),
                seen_at=_time_if(one.seen_at),
                push_provider=one.push_provider,
                push_token=one.push_hash[:FINGERPRINT_BYTES].hex() if one.push_hash else None,
            )
            for one in await self._use.people.devices(self._user_id)
        ]

    async def _conversation_events(self) -> list[Span]:
        spans = self._use.log.spans(CONVERSATION_EVENTS)
        for span in spans:  # one after another: conversations are folded in their order
            for number, record in enumerate(self._use.log.read([span]), 1):
                match self._belonging.fold(record):
                    case Received() as received:
                        self._made.line("received.jsonl", json.encode(received))
                    case str(name):
                        await self._line(name, record)
                self._count(CONVERSATION_EVENTS, number)
        return spans

    async def _records(self, topic: Topic) -> list[Span]:
        """What another topic holds about them."""
        (name, owner), mark = OWNED[topic], self._user_id.encode()
        spans = self._use.log.spans(topic)
        for number, record in enumerate(self._use.log.read(spans), 1):
            if mark in record.value:
                value = value_of(record)
                if isinstance(value, dict) and value.get(owner) == self._user_id:
                    await self._line(name, record, OF_OTHERS if topic is NOTIFICATION_REQUESTS else frozenset())
            self._count(topic, number)
        return spans

    async def _line(self, name: str, record: Record, left_out: frozenset[str] = frozenset()) -> None:
        value: Any = value_of(record)
        if isinstance(value, dict):
            value = {field: inside for field, inside in value.items() if field not in left_out}
        self._made.line(name, json_line(shown(record, await self._unsealing.open(value))).encode())

    def _count(self, topic: Topic, number: int) -> None:
        if number % RECORDS_AT_ONCE == 0:
            self._looked(topic.name, RECORDS_AT_ONCE)

    async def _conversations(self) -> list[Conversation]:
        known = {one.conversation_id: one for one in await Inbox(self._use.postgres).all(self._user_id)}
        found = []
        for id_, belonged in self._belonging.conversations.items():
            row = known.get(id_)
            name = row.name if row else None
            found.append(
                Conversation(
                    conversation_id=id_,
                    kind=belonged.kind,
                    name=self._use.keys.conversation_key(id_).open(SealedText(name)) if name else None,
                    stays=tuple(belonged.stays),
                    muted_until=_time_if(row.muted_until if row else None),
                )
            )
        return found

    async def _media(self) -> list[File]:
        media, found = Media(self._use.postgres), []
        for one in await self._use.media.of(self._user_id):
            if (row := await media.one(one.media_id)) is not None:
                found.append(await self._file(row))
                self._looked("files", 1)
        return found

    async def _file(self, row: MediaRow) -> File:
        declared, content, path = row.declared, row.content, None
        if content is not None:
            path = f"media/{declared.media_id}{mimetypes.guess_extension(content.content_type) or ''}"
            try:
                await self._use.objects.fetch(
                    self._use.object_settings.media_bucket, object_key(content.sha256), self._made.path(path),
                    bytes_max=content.size,
                )  # fmt: skip
            except ObjectMissing as missing:
                raise Failed(f"the file of {declared.media_id} is not in the object store") from missing
        return File(
            media_id=declared.media_id,
            kind=declared.kind,
            file_name=declared.file_name,
            status=row.status,
            declared_type=declared.content_type,
            declared_size=declared.size,
            declared_sha256=declared.sha256,
            path=path,
            content_type=content.content_type if content else None,
            size=content.size if content else None,
            sha256=content.sha256 if content else None,
        )


def _time(at: datetime) -> str:
    return timestamp(round(at.timestamp() * 1000))


def _time_if(at: datetime | None) -> str | None:
    return None if at is None else _time(at)
