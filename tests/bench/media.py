"""`python -m tests.bench.media`: photographs through the decoding workers. Needs no stack; reads no real pictures.

The photographs are of 12 megapixels with the noise of a phone's camera, so that each takes 3 to 4 MB: decoding costs
by the byte as by the pixel.
"""

import argparse
import asyncio
import random
import resource
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from PIL import Image, ImageChops
from rich.console import Console
from rich.table import Table

from streams.media.decoding import DecodingSettings, Processed, Workers
from tests.bench.machine import describe_machine
from tests.bench.spread import Spread, spread

SIZE = (4032, 3024)
DIFFERENT = 4
WAITING = 2
"""Uploads given to the pool at once for each worker: it never runs dry."""


@dataclass(frozen=True)
class MediaResult:
    photographs: int
    mean_megabytes: float
    workers: int
    seconds: float
    cpu_seconds: float
    """Of the workers and their children, and the share of a start per worker."""
    peak_mebibytes: float
    """Resident memory of the largest single process."""
    each: Spread


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.media", description=__doc__)
    parser.add_argument("--photographs", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    # Each in a fresh process: what starts a program lends it its own peak of memory.
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as fresh,
    ):
        sources = fresh.submit(make_photographs, Path(folder)).result()
        result = fresh.submit(run, sources, Path(folder), given.photographs, given.workers).result()
    _print(result)


def run(sources: Sequence[Path], folder: Path, count: int, workers: int) -> MediaResult:
    return asyncio.run(measure(sources, folder, count, workers))


def make_photographs(folder: Path) -> list[Path]:
    return [_make_photograph(folder / f"{seed}.jpg", seed) for seed in range(DIFFERENT)]


async def measure(sources: Sequence[Path], folder: Path, count: int, workers: int) -> MediaResult:
    """The workers are started and warm before the clock runs."""
    nanoseconds: list[int] = []
    gate = asyncio.Semaphore(WAITING * workers)
    async with Workers(DecodingSettings(workers=workers)) as pool:

        async def process(index: int) -> None:
            made = folder / f"made-{index}"
            made.mkdir()
            async with gate:
                begun = time.perf_counter_ns()
                result = await pool.process(sources[index % len(sources)], "image", "image/jpeg", made)
                nanoseconds.append(time.perf_counter_ns() - begun)
            assert isinstance(result, Processed), result

        await asyncio.gather(*(process(-1 - index) for index in range(workers)))
        nanoseconds.clear()
        begun = time.perf_counter()
        await asyncio.gather(*(process(index) for index in range(count)))
        elapsed = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return MediaResult(
        count,
        sum(source.stat().st_size for source in sources) / len(sources) / 1e6,
        workers,
        elapsed,
        used.ru_utime + used.ru_stime,
        used.ru_maxrss / 1024,
        spread(nanoseconds),
    )


def _make_photograph(path: Path, seed: int) -> Path:
    noise = random.Random(seed)
    tile = Image.frombytes("RGB", (512, 512), noise.randbytes(512 * 512 * 3)).resize((1024, 1024))
    grain = Image.new("RGB", SIZE)
    for left in range(0, SIZE[0], 1024):
        for top in range(0, SIZE[1], 1024):
            grain.paste(tile, (left, top))
    shapes = Image.frombytes("RGB", (24, 18), noise.randbytes(24 * 18 * 3)).resize(SIZE, Image.Resampling.BICUBIC)
    picture = Image.blend(shapes, ImageChops.add(shapes, grain, 2), 0.35)
    exif = picture.getexif()
    exif[0x0112] = (1, 6, 3, 8)[seed % 4]
    picture.save(path, "JPEG", quality=88, exif=exif)
    return path


def _print(result: MediaResult) -> None:
    machine = describe_machine()
    console = Console(highlight=False)
    console.print(f"{machine.cores} cores of {machine.cpu}, load average after: {machine.load_average}")
    table = Table(title=f"{result.photographs} photographs of 12 megapixels, {result.mean_megabytes:.1f} MB each")
    for column in ("what", "figure"):
        table.add_column(column)
    table.add_row("workers", str(result.workers))
    table.add_row("processed a second", f"{result.photographs / result.seconds:.1f}")
    table.add_row("CPU ms of a photograph", f"{1000 * result.cpu_seconds / (result.photographs + result.workers):.0f}")
    table.add_row("peak memory of a process, MiB", f"{result.peak_mebibytes:.0f}")
    table.add_row("waiting and work, p50 / p99 ms", f"{result.each.p50_ms} / {result.each.p99_ms}")
    console.print(table)


if __name__ == "__main__":
    main()
