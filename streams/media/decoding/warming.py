"""Loads, before the first fork, all that decoding would load on its way: a confined child can open no library."""

import io
import tempfile
from pathlib import Path

from PIL import Image

from streams.media.decoding.images import FORMATS, process_image
from streams.media.decoding.settings import DecodingSettings


def warm_up(settings: DecodingSettings) -> None:
    """By decoding pictures of our own in every accepted format, moving ones too."""
    Image.init()
    still, other = Image.new("RGB", (64, 48), "teal"), Image.new("RGB", (64, 48), "navy")
    with tempfile.TemporaryDirectory() as folder:
        for content_type, name in FORMATS.items():
            _decode(_written(still, name), content_type, Path(folder), settings)
        for name in ("GIF", "WEBP"):
            moving = _written(still, name, save_all=True, append_images=[other], duration=40)
            _decode(moving, f"image/{name.lower()}", Path(folder), settings)


def _written(image: Image.Image, name: str, **parameters: object) -> io.BytesIO:
    written = io.BytesIO()
    image.save(written, name, **parameters)
    return written


def _decode(source: io.BytesIO, content_type: str, folder: Path, settings: DecodingSettings) -> None:
    process_image(source, content_type, folder, settings)
