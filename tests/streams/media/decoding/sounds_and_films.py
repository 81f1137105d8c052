"""Recordings made on the spot: films of a moving square, sounds of one tone, in any codec and container."""

import io
import math
import struct
from array import array
from collections.abc import Iterator
from fractions import Fraction

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

RATE = 48_000
TELL_TALE = {"title": "SecretTitle", "location": "+48.1371+011.5754/", "comment": "SecretComment"}


def film(
    *,
    codec: str = "libx264",
    container: str = "mp4",
    audio: str | None = "aac",
    is_silent: bool = False,
    seconds: float = 1.0,
    size: tuple[int, int] = (320, 240),
    rate: int = 10,
    options: dict[str, str] | None = None,
) -> bytes:
    """With a title and a place, as phones write them."""
    file = io.BytesIO()
    with av.open(file, "w", format=container) as made:
        made.metadata.update(TELL_TALE)
        video = made.add_stream(codec, rate=rate, options=options or {})
        assert isinstance(video, VideoStream)
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        sound = _audio_stream(made, audio) if audio else None
        for index in range(round(seconds * rate)):
            frame = VideoFrame.from_image(_picture(size, index))  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = index, Fraction(1, rate)
            made.mux(video.encode(frame))
        made.mux(video.encode(None))
        if sound is not None and not is_silent:
            _write_tone(made, sound, seconds)
    return file.getvalue()


def sound(*, codec: str, container: str, seconds: float = 1.0, bit_rate: int = 64_000, channels: int = 1) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=container) as made:
        made.metadata.update(TELL_TALE)
        stream = _audio_stream(made, codec, channels)
        if not codec.startswith("pcm"):
            stream.bit_rate = bit_rate
        _write_tone(made, stream, seconds)
    return file.getvalue()


def turned(mp4: bytes) -> bytes:
    """As a phone held upright writes it: the track header says, turn the picture clockwise by 90 degrees."""
    place = mp4.index(b"tkhd") + 4 + 4 + 5 * 4 + 8 + 4 * 2
    matrix = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    return mp4[:place] + matrix + mp4[place + len(matrix) :]


def _audio_stream(made: OutputContainer, codec: str, channels: int = 1) -> AudioStream:
    stream = made.add_stream(codec, rate=RATE, layout="mono" if channels == 1 else "stereo")
    assert isinstance(stream, AudioStream)
    return stream


def _write_tone(made: OutputContainer, stream: AudioStream, seconds: float) -> None:
    for frame in _tone(seconds):
        made.mux(stream.encode(frame))
    made.mux(stream.encode(None))


def _tone(seconds: float) -> Iterator[AudioFrame]:
    step = 960
    for start in range(0, round(seconds * RATE), step):
        frame = AudioFrame(format="s16", layout="mono", samples=step)
        tone = (round(9000 * math.sin(2 * math.pi * 440 * (start + index) / RATE)) for index in range(step))
        frame.planes[0].update(array("h", tone).tobytes())
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        yield frame


def _picture(size: tuple[int, int], index: int) -> Image.Image:
    """White above, blue below, and a red square that walks: what is up can be seen."""
    picture = Image.new("RGB", size, "white")
    picture.paste("blue", (0, size[1] // 2, *size))
    left = (index * 8) % max(1, size[0] - 32)
    picture.paste("red", (left, size[1] // 2 - 16, left + 32, size[1] // 2 + 16))
    return picture
