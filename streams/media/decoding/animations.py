"""Animations (GIF, WebP, APNG): kept moving within limits, all as animated WebP. Nothing of the file is copied."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageFile

from streams.media.decoding.settings import DecodingSettings
from streams.media.decoding.small import fitted, write_small
from streams.media.decoding.values import CONTENT, Made, Refused

FRAME_MILLISECONDS_DEFAULT = 100  # what browsers make of frames that state none, or almost none
FRAME_MILLISECONDS_MIN = 20


def write_animation(image: ImageFile.ImageFile, folder: Path, settings: DecodingSettings) -> Made:
    """Raises `Refused` (`too-many-pixels`) before a frame is decoded: frames times pixels is what it costs."""
    count = getattr(image, "n_frames", 1)
    if count > settings.animation_frames_max or count * image.width * image.height > settings.animation_pixels_max:
        raise Refused("too-many-pixels", f"{count} frames of {image.width}x{image.height}")
    frames, times = zip(*_frames(image, count, settings.image_edge_max), strict=True)
    preview = write_small(frames[0], folder, settings)
    frames[0].save(
        folder / CONTENT,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=list(times),
        loop=0,
        quality=settings.image_quality,
        method=2,
    )
    width, height = frames[0].size
    return Made("image/webp", width, height, sum(times) / 1000, has_thumbnail=True, preview=preview)


def _frames(image: Image.Image, count: int, edge_max: int) -> Iterator[tuple[Image.Image, int]]:
    """Each frame as shown, with its milliseconds (which some formats tell only once a frame is decoded)."""
    for index in range(count):
        image.seek(index)
        frame = fitted(image.convert("RGBA"), edge_max)
        stated = image.info.get("duration", 0)
        frame.info = {}
        yield frame, int(stated) if stated >= FRAME_MILLISECONDS_MIN else FRAME_MILLISECONDS_DEFAULT
