"""Media: what may be uploaded, and what became of it. Keyed by media. The bytes are in the object store alone."""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from schemas.ids import Id
from schemas.times import Timestamp

MediaKind = Literal["image", "video", "audio", "document"]

MediaRefusalReason = Literal[
    "empty",
    "size-mismatch",
    "hash-mismatch",
    "type-mismatch",
    "unsupported",
    "undecodable",
    "too-large",
    "too-many-pixels",
    "too-long",
    "took-too-long",
]

PREVIEW_BYTES_MAX = 300
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
CONTENT_TYPES: Mapping[MediaKind, frozenset[str]] = {
    "image": frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"}),
    "video": frozenset({"video/mp4", "video/quicktime", "video/webm"}),
    "audio": frozenset(
        {
            "audio/ogg",
            "audio/opus",
            "audio/mpeg",
            "audio/mp4",
            "audio/x-m4a",
            "audio/aac",
            "audio/wav",
            "audio/x-wav",
            "audio/webm",
        }
    ),
    "document": frozenset(
        {
            "application/pdf",
            "text/plain",
            f"{_OFFICE}wordprocessingml.document",
            f"{_OFFICE}spreadsheetml.sheet",
            f"{_OFFICE}presentationml.presentation",
            f"{_OPEN}text",
            f"{_OPEN}spreadsheet",
            f"{_OPEN}presentation",
        }
    ),
}
"""The closed list: nothing that a browser would run, nothing that we cannot look into."""

Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", max_length=64)]  # `$` alone lets a newline through
Size = Annotated[int, Meta(ge=1)]


class CompleteUpload(
    Struct, frozen=True, kw_only=True, tag_field="type", tag=True, omit_defaults=True, forbid_unknown_fields=True
):
    """Its owner says that it is uploaded. What was declared comes with it, as a fact from the door."""

    media_id: Id
    owner_id: Id
    kind: MediaKind
    content_type: str
    size: Size
    sha256: Sha256


AnyMediaCommand = CompleteUpload


class MediaFile(Struct, frozen=True):
    """Bytes in the object store, named by their hash."""

    sha256: Sha256
    size: Size
    content_type: str


class MediaEvent(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """`at` is the log's time of the command. The first event of a media counts; another can only follow a crash."""

    media_id: Id
    owner_id: Id
    at: Timestamp


class MediaReady(MediaEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """`content` is what others get, `source_sha256` what was uploaded. Width and height in pixels. `preview`, a tiny
    WebP, is not said any more: what can be seen in a file must go when its owner is erased."""

    kind: MediaKind
    source_sha256: Sha256
    content: MediaFile
    thumbnail: MediaFile | None = None
    preview: Annotated[bytes, Meta(max_length=PREVIEW_BYTES_MAX)] | None = None
    width: Annotated[int, Meta(ge=1)] | None = None
    height: Annotated[int, Meta(ge=1)] | None = None
    duration_seconds: Annotated[float, Meta(ge=0)] | None = None


class MediaRefused(MediaEvent, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """`detail` is for people who look into it."""

    reason: MediaRefusalReason
    detail: str = ""


AnyMediaEvent = MediaReady | MediaRefused


def bare(content_type: str) -> str:
    """`audio/ogg; codecs=opus` is `audio/ogg`."""
    return content_type.partition(";")[0].strip().lower()
