"""The object store: media by content, the archive. The only home of boto3. Never decides who may have an object.

Calls block threads of its own, never the event loop. A store that is down, or silent for `answer_seconds`, raises
StoreUnavailable; there are no retries in here: whoever waits for a store says so (faults.until_available).
"""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

import boto3
from botocore import exceptions
from botocore.config import Config

from infra.stores.faults import StoreUnavailable
from infra.stores.settings import ObjectSettings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

T = TypeVar("T")

PIECE_BYTES = 256 * 1024
# What a store answers that is overloaded or starts. All else of the fours is a fault of ours.
AWAY_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
MISSING_CODES = frozenset({"404", "NoSuchKey", "NotFound"})
SILENT = (
    exceptions.ConnectionError,
    exceptions.HTTPClientError,
    exceptions.IncompleteReadError,
    exceptions.ResponseStreamingError,
)


class ObjectMissing(Exception):
    """There is no such object."""


@dataclass(frozen=True, slots=True)
class PresignedPost:
    """An upload that a client makes by itself: a form with these fields and, last, the field `file`."""

    url: str
    fields: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PresignedGet:
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ObjectHead:
    size: int
    content_type: str
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class ListedObject:
    key: str
    size: int
    modified_at: datetime


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was written to a file: how much, and its SHA-256 in hex."""

    size: int
    sha256: str


class Objects:
    def __init__(self, settings: ObjectSettings) -> None:
        self._settings = settings
        self._client = _client(settings, settings.endpoint)
        self._signer = _client(settings, settings.public_url)  # the host is part of what is signed
        self._threads = ThreadPoolExecutor(settings.calls_at_once_max, thread_name_prefix="objects")

    # ---- for clients; no I/O

    def presign_post(
        self, bucket: str, key: str, *, content_type: str, size: int, sha256: str, life_seconds: int
    ) -> PresignedPost:
        """An upload of exactly these bytes (`sha256` in hex), under exactly this key and type."""
        fields = {
            "Content-Type": content_type,
            "x-amz-checksum-algorithm": "SHA256",
            "x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(sha256)).decode(),
        }
        conditions: list[object] = [{name: value} for name, value in fields.items()]
        conditions.append(["content-length-range", size, size])
        expires_at = _after(life_seconds)
        made = self._signer.generate_presigned_post(
            bucket, key, Fields=fields, Conditions=conditions, ExpiresIn=life_seconds
        )
        return PresignedPost(made["url"], made["fields"], expires_at)

    def presign_get(
        self, bucket: str, key: str, *, content_type: str, life_seconds: int, file_name: str | None = None
    ) -> PresignedGet:
        """A download, of ranges too. With a file name browsers save it instead of showing it."""
        parameters = {"Bucket": bucket, "Key": key, "ResponseContentType": content_type}
        if file_name is not None:
            parameters["ResponseContentDisposition"] = f"attachment; filename*=UTF-8''{quote(file_name, safe='')}"
        expires_at = _after(life_seconds)
        url = self._signer.generate_presigned_url("get_object", Params=parameters, ExpiresIn=life_seconds)
        return PresignedGet(_through(self._settings.cdn_url, url), expires_at)

    # ---- for ourselves

    async def head(self, bucket: str, key: str) -> ObjectHead | None:
        """None if there is no such object. Raises StoreUnavailable."""

        def ask() -> ObjectHead | None:
            try:
                found = self._client.head_object(Bucket=bucket, Key=key)
            except exceptions.ClientError as fault:
                if _is_missing(fault):
                    return None
                raise
            return ObjectHead(found["ContentLength"], found.get("ContentType", ""), found["LastModified"])

        return await self._call(ask)

    async def get(self, bucket: str, key: str, *, first: int = 0, length: int | None = None) -> bytes:
        """`length` bytes from `first` on, fewer at the end of the object. Raises ObjectMissing, StoreUnavailable."""
        last = "" if length is None else str(first + length - 1)

        def ask() -> bytes:
            with _found(key):
                answer = self._client.get_object(Bucket=bucket, Key=key, Range=f"bytes={first}-{last}")
                return answer["Body"].read()

        return await self._call(ask)

    async def fetch(self, bucket: str, key: str, path: Path, *, bytes_max: int) -> Fetched:
        """Write an object to a file, but no more than one byte beyond the maximum; hash and size of what was written.

        Raises ObjectMissing, StoreUnavailable.
        """

        def ask() -> Fetched:
            with _found(key):
                body = self._client.get_object(Bucket=bucket, Key=key)["Body"]
            digest, size = hashlib.sha256(), 0
            with body, path.open("wb") as file:
                while size <= bytes_max and (piece := body.read(min(PIECE_BYTES, bytes_max + 1 - size))):
                    digest.update(piece)
                    size += file.write(piece)
            return Fetched(size, digest.hexdigest())

        return await self._call(ask)

    async def put(
        self,
        bucket: str,
        key: str,
        source: bytes | Path,
        *,
        content_type: str,
        sha256: str | None = None,
        only_if_absent: bool = False,
    ) -> bool:
        """Write an object whole or not at all; False if it must be absent and is not. Raises StoreUnavailable.

        `sha256` in hex; computed if it is not given. The store refuses bytes that arrive changed.
        """

        def ask() -> bool:
            checksum = bytes.fromhex(sha256) if sha256 else _sha256(source)
            absent = {"IfNoneMatch": "*"} if only_if_absent else {}
            try:
                with _reading(source) as body:
                    self._client.put_object(
                        Bucket=bucket, Key=key, Body=body, ContentType=content_type,
                        ChecksumSHA256=base64.b64encode(checksum).decode(),
                        **absent,  # type: ignore[arg-type]  # the stubs want each argument by name
                    )  # fmt: skip
            except exceptions.ClientError as fault:
                if fault.response["Error"]["Code"] == "PreconditionFailed":
                    return False
                raise
            return True

        return await self._call(ask)

    async def copy(self, from_bucket: str, from_key: str, bucket: str, key: str) -> None:
        """Raises ObjectMissing, StoreUnavailable."""

        def ask() -> None:
            with _found(from_key):
                source = {"Bucket": from_bucket, "Key": from_key}
                self._client.copy_object(Bucket=bucket, Key=key, CopySource=source)  # type: ignore[arg-type]

        await self._call(ask)

    async def delete(self, bucket: str, key: str) -> None:
        """Silent when there is none. Raises StoreUnavailable."""
        await self._call(lambda: self._client.delete_object(Bucket=bucket, Key=key))

    async def listed(self, bucket: str, prefix: str = "", *, page_objects: int = 1000) -> AsyncIterator[ListedObject]:
        """All objects whose keys begin so, ascending by key. Raises StoreUnavailable."""
        after = ""
        while True:
            page = await self._call(lambda after=after: self._page(bucket, prefix, after, page_objects))  # type: ignore[misc]
            for one in page:
                yield one
            if len(page) < page_objects:
                return
            after = page[-1].key

    def _page(self, bucket: str, prefix: str, after: str, objects_max: int) -> list[ListedObject]:
        answer = self._client.list_objects_v2(Bucket=bucket, Prefix=prefix, StartAfter=after, MaxKeys=objects_max)
        return [ListedObject(one["Key"], one["Size"], one["LastModified"]) for one in answer.get("Contents", ())]

    def ensure_bucket(self, bucket: str) -> None:
        """Make a bucket unless it is there; for migrations: it blocks. Raises StoreUnavailable."""
        with _available():
            try:
                self._client.create_bucket(Bucket=bucket)
            except (self._client.exceptions.BucketAlreadyOwnedByYou, self._client.exceptions.BucketAlreadyExists):
                self._client.head_bucket(Bucket=bucket)  # raises if it is another's

    async def close(self) -> None:
        """Without waiting for calls in flight: a silent store must not hold up an exit."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()
        self._signer.close()

    async def _call(self, ask: Callable[[], T]) -> T:
        def answered() -> T:
            with _available():
                return ask()

        return await asyncio.get_running_loop().run_in_executor(self._threads, answered)


def _client(settings: ObjectSettings, address: str) -> "S3Client":
    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=settings.connect_seconds,
        read_timeout=settings.answer_seconds,
        retries={"total_max_attempts": 1},
        max_pool_connections=settings.calls_at_once_max,
        # Every put carries SHA-256; by default it would carry a CRC beside it, in a chunked body.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    client: S3Client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name=settings.region,
        aws_access_key_id=settings.access_key,
        aws_secret_access_key=settings.secret_key.get_secret_value(),
        config=config,
    )
    return client


@contextmanager
def _available() -> Iterator[None]:
    """Turns faults of the connection, and a store's own, into StoreUnavailable."""
    try:
        yield
    except SILENT as away:
        raise StoreUnavailable(f"object store: {away}") from away
    except exceptions.ClientError as fault:
        if fault.response.get("ResponseMetadata", {}).get("HTTPStatusCode") in AWAY_STATUSES:
            raise StoreUnavailable(f"object store: {fault}") from fault
        raise


@contextmanager
def _found(key: str) -> Iterator[None]:
    try:
        yield
    except exceptions.ClientError as fault:
        if _is_missing(fault):
            raise ObjectMissing(key) from fault
        raise


def _is_missing(fault: exceptions.ClientError) -> bool:
    return fault.response["Error"]["Code"] in MISSING_CODES


@contextmanager
def _reading(source: bytes | Path) -> Iterator[bytes | BinaryIO]:
    if isinstance(source, bytes):
        yield source
    else:
        with source.open("rb") as file:
            yield file


def _sha256(source: bytes | Path) -> bytes:
    if isinstance(source, bytes):
        return hashlib.sha256(source).digest()
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _through(cdn_url: str, url: str) -> str:
    """A signed URL with a CDN's scheme, host and leading path; the CDN gives the origin's host back."""
    if not cdn_url:
        return url
    cdn, signed = urlsplit(cdn_url), urlsplit(url)
    return urlunsplit((cdn.scheme, cdn.netloc, cdn.path.rstrip("/") + signed.path, signed.query, ""))


def _after(seconds: int) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)
