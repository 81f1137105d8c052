"""One seat of the pool: its worker process, spoken to over pipes; started, killed and replaced. Never decodes."""

import asyncio
import logging
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import msgspec

import streams
from streams.media.decoding.settings import DecodingSettings
from streams.media.decoding.values import Crashed, Hello, Job, Made, Outcome, Refusal, Unable

log = logging.getLogger(__name__)
ROOT = Path(streams.__file__).parents[1]
START_SECONDS_MAX = 60.0
LATE_SECONDS = 5.0
"""A worker ends a late child by itself; one that has not after this long is stuck, and is killed with it."""
LINE_BYTES_MAX = 1 << 18
# One arena: by default each thread of a decoder reserves 64 MiB of the address space that is limited.
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
PASSED_ON = ("PATH", "TMPDIR", "VIRTUAL_ENV")
_outcomes: msgspec.json.Decoder[Outcome] = msgspec.json.Decoder(Made | Refusal | Crashed | Unable)


class DecodingUnavailable(Exception):
    """No worker can be started, or none can do its work: a fault of the machine, never of a file."""


class Seat:
    def __init__(self, settings: DecodingSettings) -> None:
        self._settings = settings
        self._worker: asyncio.subprocess.Process | None = None

    async def run(self, job: Job) -> Outcome:
        """One job at a time. Raises `DecodingUnavailable`."""
        worker = await self._ready()
        assert worker.stdin is not None
        assert worker.stdout is not None
        try:
            worker.stdin.write(msgspec.json.encode(job) + b"\n")
            async with asyncio.timeout(self._settings.wall_seconds_max(job.kind) + LATE_SECONDS):
                return _outcomes.decode(await worker.stdout.readuntil(b"\n"))
        except TimeoutError:
            await self.close()
            return Refusal("took-too-long", "its worker was stuck and is replaced")
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, msgspec.DecodeError) as broken:
            await self.close()
            return Crashed(f"the worker ended: {broken!r}")
        except BaseException:
            await self.close()  # its word would be taken for the next job's
            raise

    async def close(self) -> None:
        """Kill the worker and whatever it runs."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        await worker.wait()

    async def _ready(self) -> asyncio.subprocess.Process:
        if self._worker is not None and self._worker.returncode is None:
            return self._worker
        await self.close()
        self._worker = await _start(self._settings)
        try:
            await _greet(self._worker)
        except BaseException:
            await self.close()
            raise
        return self._worker


async def _start(settings: DecodingSettings) -> asyncio.subprocess.Process:
    passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "streams.media.decoding.worker",
            settings.model_dump_json(),
            cwd=ROOT,
            env=passed_on | ENVIRONMENT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE_BYTES_MAX,
            start_new_session=True,
        )
    except OSError as fault:
        raise DecodingUnavailable(f"no decoding worker can be started: {fault}") from fault


async def _greet(worker: asyncio.subprocess.Process) -> None:
    assert worker.stdout is not None
    try:
        async with asyncio.timeout(START_SECONDS_MAX):
            hello = msgspec.json.decode(await worker.stdout.readuntil(b"\n"), type=Hello)
    except (TimeoutError, asyncio.IncompleteReadError, msgspec.DecodeError) as fault:
        raise DecodingUnavailable(f"a decoding worker did not come up: {fault!r}") from fault
    if hello.missing:
        log.warning("decoding is confined, but this machine lacks: %s", ", ".join(hello.missing))
