"""Media over HTTP: permissions from the API, bytes to and from where these point. PROTOCOL, section 1."""

import asyncio
import hashlib
from typing import Literal

import httpx
from msgspec import UNSET, Struct

from clients.python.accounts import AccountCalls
from clients.python.errors import ApiError, Unreachable
from clients.python.frames import Timestamp
from clients.python.transport import decoded, segment, without_unset

MediaKind = Literal["image", "video", "audio", "document"]

LOOK_AGAIN_SECONDS = 0.2
DECIDED_SECONDS = 300.0  # a long film is decoded from end to end
BYTES_SECONDS = 60.0


class Upload(Struct, frozen=True, kw_only=True):
    """A form for `url`: these fields, and last of all `file`."""

    url: str
    method: str
    fields: dict[str, str]


class Opened(Struct, frozen=True, kw_only=True):
    media_id: str
    status: str
    upload: Upload | None = None


class Media(Struct, frozen=True, kw_only=True):
    """A file and, once it is ready, where to get it. `preview` is base64."""

    media_id: str
    status: str
    reason: str | None = None
    kind: str
    content_type: str
    size: int
    file_name: str | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    preview: str | None = None
    url: str | None = None
    thumbnail_url: str | None = None
    expires_at: Timestamp | None = None

    @property
    def is_decided(self) -> bool:
        return self.status in {"ready", "refused"}


class MediaCalls(AccountCalls):
    """Uploading, looking, downloading."""

    async def upload(
        self, content: bytes, *, kind: MediaKind, content_type: str, file_name: str | None = None
    ) -> Media:
        """The whole way, until it is ready or refused (`reason`); at once if one has these bytes already.

        Raises ApiError, Unreachable; TimeoutError if nothing was decided in five minutes.
        """
        said = without_unset(
            kind=kind,
            content_type=content_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            file_name=UNSET if file_name is None else file_name,
        )
        opened = decoded(await self.request("POST", "/v1/media", body=said), Opened)
        if opened.upload is not None:
            await self._put(opened.upload, content)
            await self.request("POST", f"/v1/media/{segment(opened.media_id)}/complete")
        async with asyncio.timeout(DECIDED_SECONDS):
            while True:
                media = await self.media(opened.media_id)
                if media.is_decided:
                    return media
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def media(self, media_id: str) -> Media:
        """What became of it, and where it is. ApiError `not-found` for who was not sent it."""
        return decoded(await self.request("GET", f"/v1/media/{segment(media_id)}"), Media)

    async def download(self, url: str) -> bytes:
        """The bytes at a `url` of a media. Raises ApiError, Unreachable."""
        return (await self._bytes("GET", url)).content

    async def _put(self, upload: Upload, content: bytes) -> None:
        await self._bytes(upload.method, upload.url, fields=upload.fields, content=content)

    async def _bytes(
        self, method: str, url: str, *, fields: dict[str, str] | None = None, content: bytes | None = None
    ) -> httpx.Response:
        """Without our token: where the bytes are, it is nobody's business."""
        files = None if content is None else {"file": ("file", content)}
        try:
            async with httpx.AsyncClient(timeout=BYTES_SECONDS) as http:
                response = await http.request(method, url, data=fields, files=files)
        except httpx.TransportError as error:
            raise Unreachable(f"{method} {url}: {error or type(error).__name__}") from error
        if not response.is_success:
            raise ApiError(response.status_code, "refused-by-the-store", response.text[:500])
        return response
