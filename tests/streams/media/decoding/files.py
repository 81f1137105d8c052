"""Uploads made on the spot: pictures, films, sounds and documents, good and hostile."""

import io
import random
import struct
import zlib

from PIL import Image, ImageCms

MARKUP = b"<!doctype html><script>alert(document.domain)</script>"
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def photograph(width: int = 640, height: int = 480) -> Image.Image:
    """Something that looks like one to an encoder: large shapes and some noise."""
    noise = Image.frombytes("L", (80, 60), random.Random(1).randbytes(4800)).resize((width, height))
    shape = Image.radial_gradient("L").resize((width, height))
    return Image.merge("RGB", (shape, Image.blend(noise, shape, 0.5), shape.transpose(Image.Transpose.ROTATE_180)))


def written(image: Image.Image, name: str, **parameters: object) -> bytes:
    file = io.BytesIO()
    image.save(file, name, **parameters)
    return file.getvalue()


def jpeg(width: int = 640, height: int = 480, **parameters: object) -> bytes:
    return written(photograph(width, height), "JPEG", **parameters)


def tell_tale_jpeg(orientation: int = 1) -> bytes:
    """A photograph that tells camera and place, and has a comment, a profile, and text behind its end."""
    image = photograph()
    exif = image.getexif()
    exif[ORIENTATION] = orientation
    exif[MAKER] = "SecretMaker"
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 51.0, 29.6)})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return written(image, "JPEG", exif=exif, comment=b"SecretComment", icc_profile=profile) + MARKUP


def animation(name: str, *, frames: int = 3, size: tuple[int, int] = (64, 48)) -> bytes:
    pictures = [Image.new("RGB", size, (60 * index % 256, 40, 200)) for index in range(frames)]
    return written(pictures[0], name, save_all=True, append_images=pictures[1:], duration=50, loop=0)


def pixel_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a kilobyte that says it has 900 million pixels."""
    return png_of(struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), zlib.compress(bytes(1 << 20)))


def text_bomb() -> bytes:
    """A PNG whose compressed comment unpacks to 100 MB."""
    comment = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100 << 20), 9))
    return png_of(struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0), zlib.compress(bytes(4)), comment)


def png_of(header: bytes, data: bytes, extra: bytes = b"") -> bytes:
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + extra + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def blank_png(mode: str, pixels: int) -> bytes:
    """Small as a file, large in memory. With a transparent colour, where there is a palette."""
    depth, colour_type, pixel_bytes = {"RGB": (8, 2, 3), "RGBA": (8, 6, 4), "P": (8, 3, 1), "I;16": (16, 0, 2)}[mode]
    width, height = 8_000, pixels // 8_000
    packer, row = zlib.compressobj(1), bytes(1 + pixel_bytes * width)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    palette = _chunk(b"PLTE", bytes(768)) + _chunk(b"tRNS", b"\0") if mode == "P" else b""
    return png_of(struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0), data, palette)


def script_gif() -> bytes:
    """GIF by its first bytes, a script to a browser: the width is a comment's begin."""
    return b"GIF89a/*" + bytes(16) + b"*/=1;alert(document.domain)//"


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def swapped_profile(srgb: bytes) -> bytes:
    """sRGB with its red and green primaries exchanged, under another name."""
    return (
        srgb.replace(b"rXYZ", b"????")
        .replace(b"gXYZ", b"rXYZ")
        .replace(b"????", b"gXYZ")
        .replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    )


def slow_animation(*, frames: int, size: tuple[int, int]) -> bytes:
    noise = random.Random(2)
    pictures = [Image.frombytes("P", size, noise.randbytes(size[0] * size[1])) for _ in range(2)]
    for picture in pictures:
        picture.putpalette(bytes(range(256)) * 3)
    return written(pictures[0], "GIF", save_all=True, append_images=(pictures * frames)[1:frames], duration=40)
