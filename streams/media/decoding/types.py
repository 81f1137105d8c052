"""The closed list of accepted types, and whether a file's first bytes agree with what was declared. Never decodes."""

import filetype

from schemas.media import MediaKind, bare
from streams.media.decoding.values import Refused

HEAD_BYTES = 8192  # as much as `filetype` looks at

_PACKED = "application/zip"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
_MP4 = frozenset({"video/mp4", "video/x-m4v", "video/quicktime", "audio/mp4"})  # one container, many brands

# Declared type -> what the first bytes may say it is; None: nothing, as is right for text.
ACCEPTED: dict[MediaKind, dict[str, frozenset[str | None]]] = {
    "image": {
        "image/jpeg": frozenset({"image/jpeg"}),
        "image/png": frozenset({"image/png", "image/apng"}),
        "image/webp": frozenset({"image/webp"}),
        "image/gif": frozenset({"image/gif"}),
    },
    "video": {
        "video/mp4": frozenset(_MP4 - {"audio/mp4"}),
        "video/quicktime": frozenset(_MP4 - {"audio/mp4"}),
        "video/webm": frozenset({"video/webm", "video/x-matroska"}),
    },
    "audio": {
        "audio/ogg": frozenset({"audio/ogg"}),
        "audio/opus": frozenset({"audio/ogg"}),
        "audio/mpeg": frozenset({"audio/mpeg"}),
        "audio/mp4": frozenset(_MP4),
        "audio/x-m4a": frozenset(_MP4),
        "audio/aac": frozenset({"audio/aac"}),
        "audio/wav": frozenset({"audio/x-wav"}),
        "audio/x-wav": frozenset({"audio/x-wav"}),
        "audio/webm": frozenset({"video/webm", "video/x-matroska"}),
    },
    "document": {
        "application/pdf": frozenset({"application/pdf"}),
        "text/plain": frozenset({None}),
        **{
            name: frozenset({name, _PACKED})
            for name in (
                f"{_OFFICE}wordprocessingml.document",
                f"{_OFFICE}spreadsheetml.sheet",
                f"{_OFFICE}presentationml.presentation",
                f"{_OPEN}text",
                f"{_OPEN}spreadsheet",
                f"{_OPEN}presentation",
            )
        },
    },
}


def agree(kind: MediaKind, content_type: str, head: bytes) -> str:
    """The bare type, when it is accepted for this kind and `head` (the first `HEAD_BYTES`) looks like it.

    Raises `Refused`: `unsupported` or `type-mismatch`.
    """
    name = bare(content_type)
    sniffed = ACCEPTED[kind].get(name)
    if sniffed is None:
        raise Refused("unsupported", f"{name[:80]!r} is not an accepted type of {kind}")
    found = filetype.guess_mime(head)
    if found not in sniffed:
        raise Refused("type-mismatch", f"declared as {name}, looks like {found}")
    return name
