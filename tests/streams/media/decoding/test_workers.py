"""Workers under hostile files and real signals: a refusal, and the next file is decoded."""

import asyncio
import contextlib
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest
import uvloop

from schemas.media import MediaKind
from streams.media.decoding import DecodingSettings, DecodingUnavailable, Processed, Refusal, Workers
from tests.streams.media.decoding import files
from tests.streams.media.decoding.sounds_and_films import film, sound
from tests.streams.media.decoding.test_documents import DOCX, PDF_FILE, WORDS, packed

FOUND_SECONDS_MAX = 60.0
# Made when a test needs them: encoding takes a while.
UPLOADS: dict[str, tuple[Callable[[], bytes], str, MediaKind]] = {
    "photograph": (files.tell_tale_jpeg, "image/jpeg", "image"),
    "png with a palette": (lambda: files.written(files.photograph().convert("P"), "PNG"), "image/png", "image"),
    "gif": (lambda: files.animation("GIF"), "image/gif", "image"),
    "webp": (lambda: files.animation("WEBP"), "image/webp", "image"),
    "apng": (lambda: files.animation("PNG"), "image/png", "image"),
    "h264": (film, "video/mp4", "video"),
    "vp8": (lambda: film(codec="libvpx", container="webm", audio="libopus"), "video/webm", "video"),
    "vp9": (lambda: film(codec="libvpx-vp9", container="webm", audio=None), "video/webm", "video"),
    "hevc": (lambda: film(codec="libx265"), "video/mp4", "video"),
    "av1": (lambda: film(codec="libsvtav1", container="webm", audio=None), "video/webm", "video"),
    "mpeg4": (lambda: film(codec="mpeg4", audio="libmp3lame"), "video/mp4", "video"),
    "aac": (lambda: sound(codec="aac", container="ipod"), "audio/mp4", "audio"),
    "opus": (lambda: sound(codec="libopus", container="ogg"), "audio/ogg", "audio"),
    "mp3": (lambda: sound(codec="libmp3lame", container="mp3"), "audio/mpeg", "audio"),
    "wav": (lambda: sound(codec="pcm_s16le", container="wav"), "audio/wav", "audio"),
    "pdf": (lambda: PDF_FILE, "application/pdf", "document"),
    "office": (lambda: packed(WORDS), DOCX, "document"),
    "text": ("Grüße".encode, "text/plain", "document"),
}


class Studio:
    """Workers, and folders for what they are given."""

    def __init__(self, folder: Path, settings: DecodingSettings) -> None:
        self._root = folder
        self._count = 0
        self.workers = Workers(settings)

    async def process(self, content: bytes, content_type: str, kind: MediaKind = "image") -> Processed | Refusal:
        self._count += 1
        folder = self._root / str(self._count)
        folder.mkdir()
        source = self._root / f"{self._count}.upload"
        source.write_bytes(content)
        result = await self.workers.process(source, kind, content_type, folder)
        assert isinstance(result, Processed) or not list(folder.iterdir())
        return result

    async def is_well(self) -> bool:
        return isinstance(await self.process(files.jpeg(), "image/jpeg"), Processed)


Opened = Callable[[DecodingSettings], Studio]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    studios: list[Studio] = []

    def open_(settings: DecodingSettings) -> Studio:
        studios.append(Studio(tmp_path, settings))
        return studios[-1]

    yield open_
    for studio in studios:
        await studio.workers.close()


def slow_image(frames: int = 50) -> bytes:
    """Frames of noise, to be encoded one by one: a second of work and more, within all limits."""
    return files.slow_animation(frames=frames, size=(560, 560))


def worker_processes() -> list[psutil.Process]:
    """Not the stack, which is a child of this process too when another test has started it."""
    return [one for one in psutil.Process().children() if "streams.media.decoding.worker" in one.cmdline()]


async def child_of_ours() -> psutil.Process:
    """The child that decodes now, once it does: a grandchild of this process."""
    async with asyncio.timeout(FOUND_SECONDS_MAX):
        while True:
            for worker in worker_processes():
                for child in worker.children():
                    with contextlib.suppress(psutil.NoSuchProcess):  # one that ends while it is looked at is not it
                        if child.cpu_times().user > 0.1:
                            return child
            await asyncio.sleep(0.01)


class TestProcess:
    async def test_processed(self, opened: Opened) -> None:
        result = await opened(DecodingSettings(workers=1)).process(files.tell_tale_jpeg(6), "image/jpeg")

        assert isinstance(result, Processed)
        assert ("image/jpeg", 480, 640) == (result.content_type, result.width, result.height)
        assert b"Secret" not in result.content.read_bytes()
        assert result.thumbnail is not None
        assert result.thumbnail.stat().st_size

    @pytest.mark.parametrize("name", UPLOADS)
    async def test_nothing_that_decoding_needs_is_walled_off(self, opened: Opened, name: str) -> None:
        make, content_type, kind = UPLOADS[name]

        result = await opened(DecodingSettings(workers=1)).process(make(), content_type, kind)

        assert isinstance(result, Processed), result

    @pytest.mark.parametrize("name", ["h264", "vp8", "opus", "mp3", "office", "webp"])
    async def test_a_damaged_file_is_refused_or_made(self, opened: Opened, name: str) -> None:
        """In a child: a decoder that crashes on one of these must not take the tests along."""
        make, content_type, kind = UPLOADS[name]
        whole, dice, studio = make(), random.Random(name), opened(DecodingSettings(workers=2))

        def damaged() -> bytes:
            content = bytearray(whole)
            for _ in range(dice.randint(1, 20)):
                content[dice.randrange(len(content))] = dice.randrange(256)
            return bytes(content[: dice.randint(1, len(content))] if dice.random() < 0.2 else content)

        results = await asyncio.gather(*(studio.process(damaged(), content_type, kind) for _ in range(40)))

        assert any(isinstance(result, Refusal) for result in results)
        assert await studio.is_well()

    async def test_several_at_a_time_and_more_than_there_are_workers(self, opened: Opened) -> None:
        studio = opened(DecodingSettings(workers=2))

        assert all(await asyncio.gather(*(studio.is_well() for _ in range(7))))
        assert len(worker_processes()) == 2

    async def test_films_leave_a_worker_to_photographs(self, opened: Opened) -> None:
        studio = opened(DecodingSettings(workers=2))
        slow = film(codec="libx265", size=(640, 480), seconds=6, rate=30, audio=None)
        films = [asyncio.create_task(studio.process(slow, "video/mp4", "video")) for _ in range(3)]
        await child_of_ours()

        assert await studio.is_well()
        assert not films[-1].done()
        assert all(isinstance(result, Processed) for result in await asyncio.gather(*films))

    @pytest.mark.parametrize(
        ("content", "content_type", "reason"),
        [
            (b"", "image/jpeg", "empty"),
            (files.MARKUP, "image/svg+xml", "unsupported"),
            (files.MARKUP, "image/png", "type-mismatch"),
            (files.pixel_bomb(), "image/png", "too-many-pixels"),
            (files.script_gif(), "image/gif", "undecodable"),
        ],
        ids=["empty", "svg", "html", "pixel bomb", "script"],
    )
    async def test_refused(self, opened: Opened, content: bytes, content_type: str, reason: str) -> None:
        studio = opened(DecodingSettings(workers=1))

        result = await studio.process(content, content_type)

        assert isinstance(result, Refusal)
        assert reason == result.reason
        assert await studio.is_well()

    async def test_refused_when_it_wants_more_memory(self, opened: Opened) -> None:
        studio = opened(DecodingSettings(workers=1, memory_bytes_max=220 << 20, image_pixels_max=3_000_000))

        result = await studio.process(files.animation("GIF", frames=100, size=(400, 400)), "image/gif")

        assert isinstance(result, Refusal)
        assert result.reason == "too-many-pixels"
        assert result.detail.startswith("MemoryError")
        assert await studio.is_well()

    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "I;16"])
    async def test_the_largest_image_fits_into_memory(self, opened: Opened, mode: str) -> None:
        settings = DecodingSettings(workers=1)

        result = await opened(settings).process(files.blank_png(mode, settings.image_pixels_max), "image/png")

        assert isinstance(result, Processed), result

    async def test_refused_when_it_takes_too_much_cpu_time(self, opened: Opened) -> None:
        studio = opened(DecodingSettings(workers=1, image_cpu_seconds_max=1))

        result = await studio.process(slow_image(frames=120), "image/gif")

        assert isinstance(result, Refusal)
        assert result.reason == "took-too-long"
        assert await studio.is_well()

    async def test_refused_when_it_hangs(self, opened: Opened) -> None:
        studio = opened(DecodingSettings(workers=1, image_cpu_seconds_max=1))
        hanging = asyncio.create_task(studio.process(slow_image(), "image/gif"))

        (await child_of_ours()).send_signal(signal.SIGSTOP)
        result = await hanging

        assert isinstance(result, Refusal)
        assert result.reason == "took-too-long"
        assert await studio.is_well()

    async def test_tried_again_when_its_child_dies(self, opened: Opened) -> None:
        studio = opened(DecodingSettings(workers=1))
        task = asyncio.create_task(studio.process(slow_image(), "image/gif"))

        (await child_of_ours()).send_signal(signal.SIGSEGV)

        assert isinstance(await task, Processed)

    async def test_refused_when_its_child_dies_again(self, opened: Opened) -> None:
        studio = opened(DecodingSettings(workers=1))
        task = asyncio.create_task(studio.process(slow_image(), "image/gif"))

        for _ in range(2):
            (child := await child_of_ours()).send_signal(signal.SIGSEGV)
            await asyncio.to_thread(psutil.wait_procs, [child], FOUND_SECONDS_MAX)
        result = await task

        assert isinstance(result, Refusal)
        assert result.reason == "undecodable"
        assert await studio.is_well()

    async def test_tried_again_when_its_worker_dies(self, opened: Opened) -> None:
        studio = opened(DecodingSettings(workers=1))
        task = asyncio.create_task(studio.process(slow_image(), "image/gif"))
        child = await child_of_ours()

        psutil.Process(child.ppid()).kill()

        assert isinstance(await task, Processed)
        assert not child.is_running()

    async def test_cancelled(self, opened: Opened) -> None:
        studio = opened(DecodingSettings(workers=1))
        task = asyncio.create_task(studio.process(slow_image(), "image/gif"))
        child = await child_of_ours()

        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        await asyncio.to_thread(psutil.wait_procs, [child], FOUND_SECONDS_MAX)
        assert not child.is_running()
        assert await studio.is_well()

    async def test_a_worker_that_cannot_start_is_no_refusal(
        self, opened: Opened, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "executable", "/bin/false")
        studio = opened(DecodingSettings(workers=1))

        with pytest.raises(DecodingUnavailable):
            await studio.process(files.jpeg(), "image/jpeg")


def test_on_the_loop_that_agents_run_on(tmp_path: Path) -> None:
    async def decode() -> tuple[Processed | Refusal, ...]:
        async with Workers(DecodingSettings(workers=1)) as workers:
            (tmp_path / "upload").write_bytes(files.jpeg())
            (tmp_path / "made").mkdir()
            first = await workers.process(tmp_path / "upload", "image", "image/jpeg", tmp_path / "made")
            for worker in worker_processes():
                worker.kill()
            return first, await workers.process(tmp_path / "upload", "image", "image/jpeg", tmp_path / "made")

    assert all(isinstance(result, Processed) for result in uvloop.run(decode()))
