"""Completing an upload: a command in the log, after a look whether anything was uploaded."""

import time

from api.problems import Problem
from api.services import Services
from infra.stores.media import NewMedia
from schemas import envelope
from schemas.codec import encode
from schemas.media import CompleteUpload
from schemas.times import timestamp
from schemas.topics import MEDIA_COMMANDS


async def complete(use: Services, declared: NewMedia) -> None:
    """In the log when this returns. Raises Problem, StoreUnavailable; then it may be done again."""
    if await use.objects.head(use.object_settings.quarantine_bucket, declared.media_id) is None:
        raise Problem("conflict", "nothing was uploaded yet")
    command = CompleteUpload(
        media_id=declared.media_id,
        owner_id=declared.owner_id,
        kind=declared.kind,
        content_type=declared.content_type,
        size=declared.size,
        sha256=declared.sha256,
    )
    trace = envelope.new_trace()
    headers = envelope.headers(
        command,
        id_=trace.split("-")[1],
        source="api",
        subject=declared.media_id,
        at=timestamp(time.time_ns() // 1_000_000),
        trace=trace,
    )
    await use.appender.append(MEDIA_COMMANDS.name, encode(command), key=declared.media_id, headers=headers)
    await use.media.mark_processing(declared.media_id)  # not before: a command that did not go in must be repeatable
