"""From an uploaded object to what others get: fetched, proved, decoded, stored by its hash. Never says who may have it.

Every step may be done again: a crash anywhere leaves objects and rows that the next try finds or overwrites.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from infra.stores.contents import THUMBNAIL_TYPE, Contents, Derived, Source, object_key
from infra.stores.faults import StoreUnavailable, until_available
from infra.stores.objects import Fetched, ObjectMissing, Objects
from infra.stores.settings import ObjectSettings
from schemas.media import CompleteUpload, MediaFile
from streams.media.decoding import DecodingUnavailable, Processed, Refusal, Workers
from streams.runtime.faults import fault_point
from streams.runtime.progress import progress, saying_so

T = TypeVar("T")


class Making:
    def __init__(
        self, objects: Objects, buckets: ObjectSettings, contents: Contents, workers: Workers, folder: Path
    ) -> None:
        """`folder` is for files that live as long as one call."""
        self._objects = objects
        self._buckets = buckets
        self._contents = contents
        self._workers = workers
        self._folder = folder

    async def make(self, upload: CompleteUpload) -> Derived | Refusal:
        """What others get of an upload, or why they get nothing. Waits for stores that are away."""
        with TemporaryDirectory(dir=self._folder, prefix=upload.media_id) as name:
            folder = Path(name)
            path = folder / "source"
            if refusal := await self._fetch(upload, path):
                return refusal
            fault_point("media-fetched")
            source = Source(upload.sha256, upload.kind, upload.content_type)
            # Only now: whoever merely knows a hash has shown no bytes, and is refused above.
            known = await _patiently(lambda: self._contents.find(source), "PostgreSQL")
            return known or await self._decode(source, path, folder)

    async def _fetch(self, upload: CompleteUpload, path: Path) -> Refusal | None:
        bucket = self._buckets.quarantine_bucket

        async def fetch() -> Fetched | None:
            try:
                return await self._objects.fetch(bucket, upload.media_id, path, bytes_max=upload.size)
            except ObjectMissing:
                return None

        return _mismatch(upload, await _patiently(fetch, "the object store"))

    async def _decode(self, source: Source, path: Path, folder: Path) -> Derived | Refusal:
        made = await until_available(lambda: self._process(source, path, folder), "decoding")
        fault_point("media-decoded")
        if isinstance(made, Refusal):
            return made
        derived, files = await asyncio.to_thread(_derived, made)
        await _patiently(lambda: self._contents.plan(source, derived), "PostgreSQL")
        fault_point("media-planned")
        for file, content in files:
            await _patiently(lambda file=file, content=content: self._store(file, content), "the object store")  # type: ignore[misc]
            fault_point("media-object-stored")
        await _patiently(lambda: self._contents.stored(source, derived), "PostgreSQL")
        fault_point("media-stored")
        return derived

    async def _process(self, source: Source, path: Path, folder: Path) -> Processed | Refusal:
        try:
            return await saying_so(self._workers.process(path, source.kind, source.content_type, folder))
        except DecodingUnavailable as away:  # the machine's fault, not the file's
            raise StoreUnavailable(str(away)) from away

    async def _store(self, file: MediaFile, path: Path) -> None:
        # Also over one that is there: garbage collection goes by an object's age.
        bucket, key = self._buckets.media_bucket, object_key(file.sha256)
        await self._objects.put(bucket, key, path, content_type=file.content_type, sha256=file.sha256)


async def _patiently(work: Callable[[], Awaitable[T]], what: str) -> T:
    async def said() -> T:
        progress.touch()
        return await work()

    return await until_available(said, what)


def _mismatch(upload: CompleteUpload, fetched: Fetched | None) -> Refusal | None:
    """Whether what was uploaded is what was declared."""
    if fetched is None:
        return Refusal("empty", "nothing was uploaded")
    if not fetched.size:
        return Refusal("empty", "0 bytes")
    if fetched.size != upload.size:
        than = "more" if fetched.size > upload.size else "fewer"
        return Refusal("size-mismatch", f"{than} than the {upload.size} bytes that were declared")
    if fetched.sha256 != upload.sha256:
        return Refusal("hash-mismatch", f"its SHA-256 is {fetched.sha256}")
    return None


def _derived(made: Processed) -> tuple[Derived, list[tuple[MediaFile, Path]]]:
    """What was made, named by its hashes, and the files. Reads them whole: not for the event loop."""
    content = _file(made.content, made.content_type)
    files = [(content, made.content)]
    thumbnail = None
    if made.thumbnail is not None:
        thumbnail = _file(made.thumbnail, THUMBNAIL_TYPE)
        files.append((thumbnail, made.thumbnail))
    return Derived(content, thumbnail, made.preview, made.width, made.height, made.duration_seconds), files


def _file(path: Path, content_type: str) -> MediaFile:
    with path.open("rb") as file:
        return MediaFile(hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size, content_type)
