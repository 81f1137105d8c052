"""Media in the views, as the API and the projections put them there, beside a conversation of three."""

import dataclasses
import hashlib
import os
from typing import Any

import msgspec

from infra.stores.contents import Contents
from infra.stores.media import Media, NewMedia
from infra.stores.media_writes import MediaWriter, Unused, Use
from infra.stores.postgres import Postgres
from schemas.bodies import SealedBody
from schemas.events import AnyTimelineEvent, MessageSent
from schemas.media import MediaFile
from tests.builders import media_ready, media_refused
from tests.infra.stores.connecting import new_id
from tests.infra.stores.house import House, Person

LIFE_SECONDS, MANY = 60, 1_000


def new_sha256() -> str:
    """Of bytes that no other test has."""
    return hashlib.sha256(os.urandom(32)).hexdigest()


class Gallery:
    def __init__(self, house: House) -> None:
        self.house = house
        self.postgres: Postgres = house.postgres
        self.media = Media(house.postgres)
        self.writer = MediaWriter(house.postgres)
        self.contents = Contents(house.postgres)

    def declared(self, by: Person, **changed: Any) -> NewMedia:
        usual = NewMedia(new_id(), by.user_id, "image", "image/jpeg", 1000, new_sha256(), "cat.jpg")
        return dataclasses.replace(usual, **changed)

    async def open(self, by: Person, *, life_seconds: float = LIFE_SECONDS, **changed: Any) -> NewMedia:
        """An upload that may be made."""
        new = self.declared(by, **changed)
        assert await self.media.open(new, life_seconds=life_seconds, waiting_max=MANY)
        return new

    async def ready(self, by: Person, **changed: Any) -> NewMedia:
        """One that was made; its content has a hash of its own."""
        new = await self.open(by, **changed)
        await self.decide_ready(new)
        return new

    async def decide_ready(self, new: NewMedia, content_sha256: str | None = None) -> str:
        """The hash of its content."""
        content = MediaFile(content_sha256 or new_sha256(), 400, "image/jpeg")
        event = media_ready(
            new.media_id,
            owner_id=new.owner_id,
            kind=new.kind,
            content=content,
            source_sha256=new.sha256,
            thumbnail=None,
        )
        await self.writer.decide([event])
        return content.sha256

    async def refuse(self, new: NewMedia) -> None:
        await self.writer.decide([media_refused(new.media_id, owner_id=new.owner_id)])

    async def happens(self, *events: AnyTimelineEvent) -> None:
        """The inbox folds them."""
        await self.house.happens_in_inbox(*events)

    def shows(self, seq: int, media: NewMedia, by: Person | None = None) -> MessageSent:
        """A message with a media."""
        message = self.house.says(seq, "caption", by)
        body = SealedBody("media", 10, message.body.sealed, media.media_id)
        return msgspec.structs.replace(message, body=body)

    async def sent(self, seq: int, media: NewMedia, by: Person | None = None) -> MessageSent:
        """Both views fold such a message."""
        message = self.shows(seq, media, by)
        await self.happens(message)
        await self.stands(seq, media)
        return message

    async def stands(self, seq: int, media: NewMedia, message_seq: int | None = None) -> None:
        """The view of where media stand has it."""
        await self.writer.use([Use(self.house.conversation_id, seq, message_seq or seq, media.media_id)])

    async def is_unused(self, message_seq: int) -> None:
        await self.writer.use([Unused(self.house.conversation_id, message_seq)])

    async def seen_by(self, media: NewMedia) -> str:
        """Who may see it: a for Alice, b for Bob, c for Carol."""
        house = self.house
        people = {"a": house.alice, "b": house.bob, "c": house.carol}
        return "".join([name for name, one in people.items() if await self.media.may_see(one.user_id, media.media_id)])
