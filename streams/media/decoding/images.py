"""Images: decoded, turned upright, brought to sRGB, sized down, encoded again. Nothing of the file is copied."""

import io
import struct
import warnings
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageCms, ImageFile

from streams.media.decoding.animations import write_animation
from streams.media.decoding.ends import refuse_surplus
from streams.media.decoding.settings import DecodingSettings
from streams.media.decoding.small import fitted, write_small
from streams.media.decoding.values import CONTENT, Made, Refused

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
# How a still image is written, by how it came. A still GIF is as small as PNG, and keeps its colours.
WRITTEN_AS = {name: "image/png" if name == "image/gif" else name for name in FORMATS}
# Scales at which JPEG can be decoded without computing the pixels that are left out.
_JPEG_SCALES = (8, 4, 2)
_SHARP_ENOUGH = 0.75
"""Of the edge limit: a reduced decode at least so long is taken as it is. There is no cheaper way to fewer pixels."""
_SRGB = ImageCms.createProfile("sRGB")


def process_image(source: BinaryIO, content_type: str, folder: Path, settings: DecodingSettings) -> Made:
    """Raises `Refused`, or whatever Pillow makes of a broken file."""
    refuse_surplus(content_type, source)
    source.seek(0)
    with _opened(source, content_type, settings) as image:
        if getattr(image, "is_animated", False) and image.format != "MPO":  # of a stereo photograph: the first
            return write_animation(image, folder, settings)
        _draft(image, settings.image_edge_max)
        image.load()
        return _write_still(_prepared(image, settings), WRITTEN_AS[content_type], folder, settings)


def _opened(source: BinaryIO, content_type: str, settings: DecodingSettings) -> ImageFile.ImageFile:
    """Only the header is read. Pillow's own bomb check stands behind ours: its warning is an error here."""
    pixels_max = settings.jpeg_pixels_max if content_type == "image/jpeg" else settings.image_pixels_max
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = pixels_max
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        image = Image.open(source, formats=[FORMATS[content_type]])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as bomb:
        raise Refused("too-many-pixels", str(bomb)) from bomb
    assert isinstance(image, ImageFile.ImageFile)
    return image


def _draft(image: ImageFile.ImageFile, edge_max: int) -> None:
    if max(image.size) <= edge_max:
        return
    for scale in _JPEG_SCALES:
        if max(image.size) >= scale * edge_max * _SHARP_ENOUGH:
            image.draft(None, (image.width // scale, image.height // scale))
            return


def _prepared(image: Image.Image, settings: DecodingSettings) -> Image.Image:
    orientation = _orientation(image)
    profile = image.info.get("icc_profile")
    prepared = _in_srgb(fitted(_in_common_mode(image), settings.image_edge_max), profile)
    if orientation is not None:
        prepared = prepared.transpose(orientation)
    prepared.info = {}  # or Pillow writes comments and profiles again
    return prepared


def _in_common_mode(image: Image.Image) -> Image.Image:
    """As L, RGB or RGBA."""
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    if image.mode.startswith("I;16") or image.mode == "I":
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in {"1", "L"}:
        return image.convert("L")
    return image if image.mode == "RGB" else image.convert("RGB")


def _orientation(image: Image.Image) -> Image.Transpose | None:
    try:
        value = image.getexif().get(0x0112)
    except (SyntaxError, ValueError, TypeError, LookupError, OSError, struct.error):
        return None  # broken EXIF is no reason to refuse the picture
    return _TURNS.get(value) if isinstance(value, int) else None


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """By the file's profile. One that is broken, of other channels, or sRGB already, changes nothing."""
    if not isinstance(profile, bytes) or image.mode == "L":
        return image
    try:
        described = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(described).lower():
            return image
        changed = ImageCms.profileToProfile(image, described, _SRGB)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return changed or image


def _write_still(image: Image.Image, content_type: str, folder: Path, settings: DecodingSettings) -> Made:
    path = folder / CONTENT
    if content_type == "image/jpeg":
        image.save(path, "JPEG", quality=settings.image_quality)
    elif content_type == "image/webp":
        image.save(path, "WEBP", quality=settings.image_quality, method=2)
    else:
        image.save(path, "PNG", compress_level=6)
    preview = write_small(image, folder, settings)
    return Made(content_type, image.width, image.height, has_thumbnail=True, preview=preview)
