"""`python -m streams.media.decoding.worker SETTINGS`: forks a confined child per line of standard input.

Jobs come in as JSON lines and outcomes go out as JSON lines, one under way at a time. The worker itself never opens
an uploaded file: it holds the libraries, loaded once, so that a child costs a fork and not a start.
"""

import gc
import os
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from streams.media.decoding.confinement import confine_child, isolate_worker
from streams.media.decoding.decode import decode
from streams.media.decoding.settings import DecodingSettings
from streams.media.decoding.values import Crashed, Hello, Job, Made, Outcome, Refusal, Unable
from streams.media.decoding.warming import warm_up

WORD_BYTES_MAX = 1 << 16
_words: msgspec.json.Decoder[Outcome] = msgspec.json.Decoder(Made | Refusal | Unable)
_jobs = msgspec.json.Decoder(Job)


def main() -> None:
    settings = DecodingSettings.model_validate_json(sys.argv[1])
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    _silence(0, 1)
    missing = isolate_worker()
    warm_up(settings)
    gc.collect()
    gc.freeze()  # or a child's first collection would copy every page
    outbox.write(msgspec.json.encode(Hello((*missing, *_try_walls(settings)))) + b"\n")
    for line in inbox:
        outbox.write(msgspec.json.encode(_run(_jobs.decode(line), settings)) + b"\n")


def _run(job: Job, settings: DecodingSettings) -> Outcome:
    def work() -> bytes:
        _confine(job, settings)
        return msgspec.json.encode(decode(job, settings))

    word, status, cpu_seconds = _in_child(work, settings.wall_seconds_max(job.kind))
    if word is None:
        return Refusal("took-too-long", "over the limit of the wall clock")
    ended_by = -os.waitstatus_to_exitcode(status)
    if ended_by == signal.SIGXCPU or (ended_by > 0 and cpu_seconds >= settings.cpu_seconds_max(job.kind)):
        return Refusal("took-too-long", f"over the limit of {settings.cpu_seconds_max(job.kind)} s of CPU time")
    try:
        return Crashed(f"ended with {-ended_by}") if ended_by else _words.decode(word)
    except msgspec.DecodeError as garbled:
        return Crashed(f"said what cannot be read: {garbled}")


def _in_child(work: Callable[[], bytes], wall_seconds_max: float) -> tuple[bytes | None, int, float]:
    """Its word (None: killed for being late), wait status, and CPU seconds."""
    hears, says = os.pipe()
    child = os.fork()
    if not child:
        _be_child(work, says)
    os.close(says)
    try:
        word = _hear(hears, time.monotonic() + wall_seconds_max)
    finally:
        os.close(hears)
    if word is None:
        os.kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    return word, status, usage.ru_utime + usage.ru_stime


def _be_child(work: Callable[[], bytes], says: int) -> None:
    """Never returns. All but its one pipe is closed: it cannot reach the worker's own."""
    try:
        os.dup2(says, 3)
        os.closerange(4, os.sysconf("SC_OPEN_MAX"))
        _silence(2)
        word = work()
        while word:
            word = word[os.write(3, word) :]
        os._exit(0)
    finally:
        os._exit(1)


def _hear(hears: int, deadline: float) -> bytes | None:
    heard = b""
    poll = select.poll()
    poll.register(hears, select.POLLIN)
    while len(heard) < WORD_BYTES_MAX:
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            return None
        part = os.read(hears, WORD_BYTES_MAX)
        if not part:
            break
        heard += part
    return heard


def _try_walls(settings: DecodingSettings) -> tuple[str, ...]:
    """What a child of this worker would lack. Kernels differ, and containers forbid much."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        source.touch()
        job = Job(str(source), "document", "text/plain", folder)
        word, *_ = _in_child(lambda: msgspec.json.encode(Hello(_confine(job, settings))), 10)
    return msgspec.json.decode(word or b"", type=Hello).missing


def _confine(job: Job, settings: DecodingSettings) -> tuple[str, ...]:
    return confine_child(
        job.source,
        job.folder,
        memory_bytes_max=settings.memory_bytes_max,
        cpu_seconds_max=settings.cpu_seconds_max(job.kind),
        file_bytes_max=settings.output_bytes_max,
    )


def _silence(*descriptors: int) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(nothing, descriptor)
    os.close(nothing)


if __name__ == "__main__":
    main()
