"""What goes into a decoding and what comes out. Values only, but for the one exception that carries a refusal out."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from schemas.media import MediaKind, MediaRefusalReason

# Names of what a job leaves in its folder: never chosen by a child.
CONTENT = "content"
THUMBNAIL = "thumbnail.webp"


@dataclass(frozen=True)
class Processed:
    """A file made ready. `width` and `height` in pixels as shown (upright); `preview` is a tiny WebP for a blur."""

    content: Path
    content_type: str
    width: int | None
    height: int | None
    duration_seconds: float | None
    thumbnail: Path | None
    preview: bytes | None


class Refusal(msgspec.Struct, frozen=True, tag="refusal"):
    """The file is not accepted. `detail` is for logs: it may quote a library, never the file's text."""

    reason: MediaRefusalReason
    detail: str


class Job(msgspec.Struct, frozen=True):
    """One file to decode, as told to a worker. The output goes into `folder`, under the names above."""

    source: str
    kind: MediaKind
    content_type: str
    folder: str


class Made(msgspec.Struct, frozen=True, tag="made"):
    """What a child claims to have made; the files stand under the fixed names."""

    content_type: str
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    has_thumbnail: bool = False
    preview: bytes | None = None


class Crashed(msgspec.Struct, frozen=True, tag="crashed"):
    """The child (or its worker) ended without a word."""

    detail: str


class Unable(msgspec.Struct, frozen=True, tag="unable"):
    """The machine's fault, not the file's: a full disk, for one."""

    detail: str


Outcome = Made | Refusal | Crashed | Unable


class Hello(msgspec.Struct, frozen=True):
    """A worker's first line: it is ready, and its children lack these walls on this machine."""

    missing: tuple[str, ...]


class Refused(Exception):  # it unwinds the decoders' loops; the child's edge turns it into the value
    def __init__(self, reason: MediaRefusalReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.refusal = Refusal(reason, detail)
