"""Commands and events of media."""

from typing import Any

from schemas import media
from schemas.times import timestamp
from tests.builders.people import ALICE, START_MS

PICTURE = "6f0a7b52-5d0e-4f0c-9a51-6a3f1f0e2c01"
SOURCE_SHA256, CONTENT_SHA256, THUMBNAIL_SHA256 = "5" * 64, "c" * 64, "7" * 64


def complete(media_id: str = PICTURE, **changed: Any) -> media.CompleteUpload:
    usual: dict[str, Any] = {
        "media_id": media_id,
        "owner_id": ALICE,
        "kind": "image",
        "content_type": "image/jpeg",
        "size": 2_500_000,
        "sha256": SOURCE_SHA256,
    }
    return media.CompleteUpload(**{**usual, **changed})


def media_ready(media_id: str = PICTURE, **changed: Any) -> media.MediaReady:
    usual: dict[str, Any] = {
        "media_id": media_id,
        "owner_id": ALICE,
        "at": timestamp(START_MS),
        "kind": "image",
        "source_sha256": SOURCE_SHA256,
        "content": media.MediaFile(CONTENT_SHA256, 400_000, "image/jpeg"),
        "thumbnail": media.MediaFile(THUMBNAIL_SHA256, 9_000, "image/webp"),
        "preview": b"RIFF\x04\0\0\0WEBP",
        "width": 2048,
        "height": 1536,
    }
    return media.MediaReady(**{**usual, **changed})


def media_refused(media_id: str = PICTURE, **changed: Any) -> media.MediaRefused:
    usual: dict[str, Any] = {
        "media_id": media_id,
        "owner_id": ALICE,
        "at": timestamp(START_MS),
        "reason": "type-mismatch",
        "detail": "declared as image/jpeg, looks like image/png",
    }
    return media.MediaRefused(**{**usual, **changed})
