"""The pool of decoding workers as the media agent sees it: await `process`. Never decodes in this process."""

import asyncio
import logging
import os
import stat
from contextlib import nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

from schemas.media import MediaKind
from streams.media.decoding.seat import DecodingUnavailable, Seat
from streams.media.decoding.settings import DecodingSettings
from streams.media.decoding.values import CONTENT, THUMBNAIL, Crashed, Job, Made, Processed, Refusal, Unable

__all__ = ["DecodingUnavailable", "Workers"]

log = logging.getLogger(__name__)
TRIES = 2  # a crash may be the machine's (memory, a signal); a second one is the file's


class Workers:
    """A fixed number of seats, each with one worker process, started when first needed and replaced when it dies.

    Close it, or use it as an async context manager.
    """

    def __init__(self, settings: DecodingSettings) -> None:
        self._settings = settings
        self._seats = [Seat(settings) for _ in range(settings.workers)]
        self._free: asyncio.LifoQueue[Seat] = asyncio.LifoQueue()
        # Films take minutes where photographs take moments: one seat is kept from them.
        self._films = asyncio.Semaphore(max(1, settings.workers - 1))
        for seat in self._seats:
            self._free.put_nowait(seat)

    async def process(self, source: Path, kind: MediaKind, content_type: str, folder: Path) -> Processed | Refusal:
        """Decode `source` (an absolute path) and make it anew in `folder`, which exists and is this file's alone.

        Waits for a free worker; cancelled, it ends the one at work. What a refused file left in `folder` is removed;
        `source` stays as it is. Raises `DecodingUnavailable` when no worker can be started, or the
        disk is full: not the file's fault.
        """
        job = _job_of(source, kind, content_type, folder)
        if isinstance(job, Refusal):
            return job
        try:
            outcome = await self._run(job)
        except BaseException:
            _clear(folder)
            raise
        result = _checked(outcome, folder) if isinstance(outcome, Made) else outcome
        if isinstance(result, Refusal):
            _clear(folder)
        return result

    async def close(self) -> None:
        await asyncio.gather(*(seat.close() for seat in self._seats))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _run(self, job: Job) -> Made | Refusal:
        async with self._films if job.kind == "video" else nullcontext():
            seat = await self._free.get()
            try:
                return await _run_on(seat, job)
            finally:
                self._free.put_nowait(seat)


async def _run_on(seat: Seat, job: Job) -> Made | Refusal:
    for _ in range(TRIES):
        outcome = await seat.run(job)
        if isinstance(outcome, Unable):
            raise DecodingUnavailable(outcome.detail)
        if not isinstance(outcome, Crashed):
            return outcome
        log.warning("decoding of %s (%s): %s", job.source, job.content_type, outcome.detail)
    return Refusal("undecodable", f"its decoder died {TRIES} times")


def _job_of(source: Path, kind: MediaKind, content_type: str, folder: Path) -> Job | Refusal:
    if not source.stat().st_size:
        return Refusal("empty", "0 bytes")
    return Job(str(source.resolve()), kind, content_type, str(folder.resolve(strict=True)))


def _checked(made: Made, folder: Path) -> Processed | Refusal:
    """A child's word is a claim: what it says it made must be there, as regular files."""
    thumbnail = folder / THUMBNAIL if made.has_thumbnail else None
    for path in (folder / CONTENT, thumbnail):
        if path is not None and not _is_file(path):
            return Refusal("undecodable", f"nothing was made as {path.name}")
    return Processed(
        folder / CONTENT, made.content_type, made.width, made.height, made.duration_seconds, thumbnail, made.preview
    )


def _is_file(path: Path) -> bool:
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size > 0


def _clear(folder: Path) -> None:
    for name in (CONTENT, THUMBNAIL):
        (folder / name).unlink(missing_ok=True)
