"""One file, decoded in this process: what a confined child does. Never starts, confines or outlives anything."""

import errno
from pathlib import Path

from streams.media.decoding.documents import process_document
from streams.media.decoding.images import process_image
from streams.media.decoding.recordings import process_recording
from streams.media.decoding.settings import DecodingSettings
from streams.media.decoding.types import HEAD_BYTES, agree
from streams.media.decoding.values import Job, Made, Refusal, Refused, Unable

DETAIL_CHARACTERS_MAX = 200
# Not EIO: FFmpeg says it of files that break off, and these would be tried for ever.
MACHINE_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENFILE})


def decode(job: Job, settings: DecodingSettings) -> Made | Refusal | Unable:
    """Never raises: on a hostile file, a decoder may raise anything."""
    try:
        return _decode(job, settings)
    except Refused as refused:
        return refused.refusal
    except MemoryError as full:
        return Refusal("too-many-pixels" if job.kind == "image" else "too-large", _detail(full))
    except OSError as fault:
        if fault.errno in MACHINE_FAULTS:
            return Unable(_detail(fault))
        return Refusal("too-large" if fault.errno == errno.EFBIG else "undecodable", _detail(fault))
    except Exception as broken:  # noqa: BLE001 — as said above; the detail goes to the log
        return Refusal("undecodable", _detail(broken))


def _decode(job: Job, settings: DecodingSettings) -> Made:
    folder = Path(job.folder)
    with Path(job.source).open("rb") as source:
        content_type = agree(job.kind, job.content_type, source.read(HEAD_BYTES))
        match job.kind:
            case "image":
                return process_image(source, content_type, folder, settings)
            case "document":
                return process_document(source, content_type, folder, settings)
    return process_recording(Path(job.source), job.kind, content_type, folder, settings)


def _detail(fault: BaseException) -> str:
    return f"{type(fault).__name__}: {fault}"[:DETAIL_CHARACTERS_MAX]
