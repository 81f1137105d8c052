"""An export in a bucket of the object store, under a prefix.

A bucket cannot tell that whoever locked it has died: the lock is a lease, which its holder renews.
"""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from botocore.exceptions import ClientError, ParamValidationError
from pyarrow import fs

from infra.stores.export_places import LOCK, OURS, ExportPlace, Folder, PlaceTaken, PlaceUnusable
from infra.stores.faults import StoreUnavailable
from infra.stores.objects import ObjectMissing, Objects
from infra.stores.settings import ObjectSettings

LEASE_SECONDS = 60.0
RENEW_SECONDS = 15.0
FILE_BYTES_MAX = 5 << 30  # more than any file of an export has: one put takes no more
CONTENT_TYPE = "application/octet-stream"


def place_at(url: str, settings: ObjectSettings) -> ExportPlace:
    """`s3://bucket/prefix`, or a folder's path. Raises ValueError."""
    if not url.startswith("s3://"):
        return Folder(Path(url))
    parts = urlsplit(url)
    if not parts.netloc:
        raise ValueError(f"{url!r} names no bucket: s3://bucket/prefix")
    return Bucket(parts.netloc, parts.path.strip("/"), settings)


class Bucket:
    def __init__(self, bucket: str, prefix: str, settings: ObjectSettings) -> None:
        self.url = f"s3://{bucket}/{prefix}"
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._settings = settings
        self._objects = Objects(settings)
        self._mine = secrets.token_bytes(16)
        self._is_lost = False

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[Path]:
        await self._take()
        renewing = asyncio.create_task(self._renew())
        try:
            with tempfile.TemporaryDirectory(prefix="backchannel-export-") as scratch:
                yield Path(scratch)
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing
            if not self._is_lost:
                await self.delete(LOCK)

    async def _take(self) -> None:
        """The lock if it is free, or was not renewed for LEASE_SECONDS: by the store's clock, and by ours."""
        if await self._put(LOCK, self._mine, only_if_absent=True):
            return
        with self._usable():
            held = await self._objects.head(self._bucket, self._prefix + LOCK)
        if held is not None and (datetime.now(UTC) - held.modified_at).total_seconds() < LEASE_SECONDS:
            raise PlaceTaken(
                f"another export works at {self.url}; if it was killed, its lock ends {LEASE_SECONDS:.0f} s later"
            )
        await self.delete(LOCK)
        if not await self._put(LOCK, self._mine, only_if_absent=True):
            raise PlaceTaken(f"another export works at {self.url}")

    async def _renew(self) -> None:
        while not self._is_lost:
            await asyncio.sleep(RENEW_SECONDS)
            with suppress(StoreUnavailable):  # the lease is long enough for another try
                self._is_lost = await self.read(LOCK) != self._mine
                if not self._is_lost:
                    await self._put(LOCK, self._mine)

    async def put(self, name: str, path: Path, sha256: str) -> None:
        await self._put(name, path, sha256=sha256)
        await asyncio.to_thread(path.unlink)

    async def write(self, name: str, data: bytes) -> None:
        await self._put(name, data)

    async def _put(
        self, name: str, source: bytes | Path, *, sha256: str | None = None, only_if_absent: bool = False
    ) -> bool:
        if self._is_lost:
            raise PlaceTaken(f"another export has taken over {self.url}")
        with self._usable():
            return await self._objects.put(
                self._bucket, self._prefix + name, source, content_type=CONTENT_TYPE, sha256=sha256,
                only_if_absent=only_if_absent,
            )  # fmt: skip

    async def read(self, name: str) -> bytes | None:
        with self._usable():
            try:
                return await self._objects.get(self._bucket, self._prefix + name)
            except ObjectMissing:
                return None

    async def delete(self, name: str) -> None:
        with self._usable():
            await self._objects.delete(self._bucket, self._prefix + name)

    async def sizes(self) -> Mapping[str, int]:
        with self._usable():
            found = [one async for one in self._objects.listed(self._bucket, self._prefix)]
        named = ((one.key.removeprefix(self._prefix), one.size) for one in found)
        return {name: size for name, size in named if OURS.fullmatch(name)}

    async def sha256(self, name: str) -> str | None:
        with self._usable(), tempfile.NamedTemporaryFile() as file:
            try:
                fetched = await self._objects.fetch(
                    self._bucket, self._prefix + name, Path(file.name), bytes_max=FILE_BYTES_MAX
                )
            except ObjectMissing:
                return None
            return fetched.sha256

    def filesystem(self) -> fs.FileSystem:
        store = fs.S3FileSystem(
            access_key=self._settings.access_key,
            secret_key=self._settings.secret_key.get_secret_value(),
            endpoint_override=self._settings.endpoint,
            region=self._settings.region,
        )
        return fs.SubTreeFileSystem(f"{self._bucket}/{self._prefix}".rstrip("/"), store)

    async def close(self) -> None:
        await self._objects.close()

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except ObjectMissing:
            raise
        except ClientError as fault:
            error = fault.response["Error"]
            raise PlaceUnusable(f"{self.url}: {error['Code']}: {error.get('Message') or 'refused'}") from fault
        except ParamValidationError as fault:
            raise PlaceUnusable(f"{self.url}: {fault}") from fault
