"""Loads, before the first fork, what decoding would load on its way: once per worker, not once per file."""

import io
import tempfile
import wave
from pathlib import Path

from PIL import Image

from streams.media.decoding.images import FORMATS, process_image
from streams.media.decoding.recordings import process_recording
from streams.media.decoding.settings import DecodingSettings


def warm_up(settings: DecodingSettings) -> None:
    """By decoding pictures of our own in every accepted format, moving ones too, and some silence."""
    Image.init()
    still, other = Image.new("RGB", (64, 48), "teal"), Image.new("RGB", (64, 48), "navy")
    with tempfile.TemporaryDirectory() as folder:
        for content_type, name in FORMATS.items():
            _decode(_written(still, name), content_type, Path(folder), settings)
        for name in ("GIF", "WEBP"):
            moving = _written(still, name, save_all=True, append_images=[other], duration=40)
            _decode(moving, f"image/{name.lower()}", Path(folder), settings)
        source = Path(folder) / "source"
        with wave.open(str(source), "wb") as silence:
            silence.setparams((1, 2, 48_000, 0, "NONE", ""))
            silence.writeframes(bytes(9_600))
        process_recording(source, "audio", "audio/wav", Path(folder), settings)


def _written(image: Image.Image, name: str, **parameters: object) -> io.BytesIO:
    written = io.BytesIO()
    image.save(written, name, **parameters)
    return written


def _decode(source: io.BytesIO, content_type: str, folder: Path, settings: DecodingSettings) -> None:
    process_image(source, content_type, folder, settings)
