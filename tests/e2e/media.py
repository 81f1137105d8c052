"""Uploading and downloading as a client does it: permission from the API, bytes from and to the object store."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from clients.python import ApiError
from tests.e2e.commands import Json
from tests.e2e.people import Person, send_message

DECIDED_SECONDS = 60.0  # a cold decoder on a busy machine
LOOK_SECONDS = 0.05
CALL_SECONDS = 30.0


@dataclass(frozen=True)
class File:
    """What somebody means to upload, and what they say of it."""

    content: bytes
    content_type: str = "image/jpeg"
    kind: str = "image"
    name: str | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def declared(self, **changed: object) -> Json:
        said: Json = {
            "kind": self.kind,
            "content_type": self.content_type,
            "size": len(self.content),
            "sha256": self.sha256,
        }
        return {**said, **({"file_name": self.name} if self.name else {}), **changed}


async def call(person: Person, method: str, path: str, body: Json | None = None) -> tuple[int, dict[str, Any]]:
    """Status and body; a problem is an answer like others."""
    try:
        answer = await person.api.request(method, path, body=body)
    except ApiError as problem:
        return problem.status, {"code": problem.code}
    return answer.status_code, answer.json()


async def ask(person: Person, file: File, **changed: object) -> dict[str, Any]:
    """A permission to upload it."""
    status, opened = await call(person, "POST", "/v1/media", file.declared(**changed))
    assert (201, "pending") == (status, opened.get("status")), opened
    return opened


async def put(opened: Mapping[str, Any], content: bytes, **changed: str) -> httpx.Response:
    """The form, at the object store; `changed` are fields that were tampered with."""
    upload = opened["upload"]
    async with httpx.AsyncClient(timeout=CALL_SECONDS) as http:
        fields = {**upload["fields"], **changed}
        return await http.request(upload["method"], upload["url"], data=fields, files={"file": ("name", content)})


async def get(url: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
    async with httpx.AsyncClient(timeout=CALL_SECONDS) as http:
        return await http.get(url, headers=headers)


async def complete(person: Person, media_id: str) -> tuple[int, dict[str, Any]]:
    return await call(person, "POST", f"/v1/media/{media_id}/complete")


async def look(person: Person, media_id: str) -> dict[str, Any]:
    status, media = await call(person, "GET", f"/v1/media/{media_id}")
    assert 200 == status, media
    return media


async def decided(person: Person, media_id: str) -> dict[str, Any]:
    """As soon as it is ready or refused."""
    async with asyncio.timeout(DECIDED_SECONDS):
        while True:
            media = await look(person, media_id)
            if media["status"] in {"ready", "refused"}:
                return media
            await asyncio.sleep(LOOK_SECONDS)


async def gone(person: Person, media_id: str) -> None:
    """As soon as the person may not have it any more."""
    async with asyncio.timeout(DECIDED_SECONDS):
        while True:
            status, _ = await call(person, "GET", f"/v1/media/{media_id}")
            if status == httpx.codes.NOT_FOUND:
                return
            await asyncio.sleep(LOOK_SECONDS)


async def upload(person: Person, file: File) -> dict[str, Any]:
    """The whole way; ready or refused."""
    opened = await ask(person, file)
    stored = await put(opened, file.content)
    assert 204 == stored.status_code, stored.text
    status, _ = await complete(person, opened["media_id"])
    assert 202 == status
    return await decided(person, opened["media_id"])


async def ready(person: Person, file: File) -> str:
    media = await upload(person, file)
    assert "ready" == media["status"], media
    return str(media["media_id"])


async def refused(person: Person, file: File) -> str:
    """The reason why it was."""
    media = await upload(person, file)
    assert "refused" == media["status"], media
    assert "url" not in media
    return str(media["reason"])


def send_media(media_id: str, caption: str | None = None, **place: object) -> Json:
    body: Json = {"kind": "media", "media_id": media_id}
    return send_message() | {"body": body if caption is None else body | {"caption": caption}} | place
