"""Uploads as they lie in quarantine, with the rows that the API made of them."""

import hashlib
from typing import Any
from uuid import uuid4

from infra.stores.accounts import Accounts, NewAccount
from infra.stores.media import Media, NewMedia
from infra.stores.objects import Objects
from infra.stores.postgres import Postgres
from infra.stores.settings import ObjectSettings
from schemas.codec import encode
from schemas.media import CompleteUpload
from streams.runtime.records import Record
from tests.builders import START_MS
from tests.streams.media.decoding.files import jpeg


def picture() -> bytes:
    """Bytes that nobody uploaded before."""
    return jpeg(320, 240, comment=str(uuid4()).encode())


class Uploads:
    def __init__(self, postgres: Postgres, objects: Objects, buckets: ObjectSettings) -> None:
        self.media = Media(postgres)
        self.objects = objects
        self.buckets = buckets
        self._accounts = Accounts(postgres)

    async def uploaded(self, content: bytes, *, declared: bytes | None = None, **changed: Any) -> CompleteUpload:
        """Somebody new has uploaded `content` past all checks of the store, having declared other bytes, if said."""
        said = content if declared is None else declared
        usual: dict[str, Any] = {
            "media_id": str(uuid4()),
            "owner_id": str(uuid4()),
            "kind": "image",
            "content_type": "image/jpeg",
            "size": len(said) or 1,
            "sha256": hashlib.sha256(said).hexdigest(),
        }
        upload = CompleteUpload(**{**usual, **changed})
        account = NewAccount(upload.owner_id, f"h.{upload.owner_id[:13]}", "Somebody", "a hash", b"key")
        assert await self._accounts.create(account)
        new = NewMedia(
            upload.media_id, upload.owner_id, upload.kind, upload.content_type, upload.size, upload.sha256, None
        )
        assert await self.media.open(new, life_seconds=600, waiting_max=1)
        bucket = self.buckets.quarantine_bucket
        await self.objects.put(bucket, upload.media_id, content, content_type=upload.content_type)
        return upload


def command_record(upload: CompleteUpload, offset: int = 7) -> Record:
    return Record("media.commands", 0, offset, START_MS, upload.media_id.encode(), encode(upload), ())
