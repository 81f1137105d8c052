"""One file, decoded in this process: what a confined child does. Never starts, confines or outlives anything."""

from pathlib import Path

from streams.media.decoding.documents import process_document
from streams.media.decoding.images import process_image
from streams.media.decoding.recordings import process_recording
from streams.media.decoding.settings import DecodingSettings
from streams.media.decoding.types import HEAD_BYTES, agree
from streams.media.decoding.values import Job, Made, Refusal, Refused

DETAIL_CHARACTERS_MAX = 200


def decode(job: Job, settings: DecodingSettings) -> Made | Refusal:
    """Never raises: on a hostile file, a decoder may raise anything."""
    try:
        return _decode(job, settings)
    except Refused as refused:
        return refused.refusal
    except MemoryError as full:
        return Refusal("too-many-pixels" if job.kind == "image" else "too-large", _detail(full))
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
