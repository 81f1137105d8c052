"""Where a picture ends inside its file. What stands behind that makes it a second file too. Never decodes.

JPEG is left out: cameras append films and depth maps to photographs, so there the surplus is dropped, not refused.
"""

import struct
from collections.abc import Callable
from typing import BinaryIO

from streams.media.decoding.values import Refused

_PNG_SIGNATURE_BYTES = 8
_GIF_HEADER = struct.Struct("<6s2HB2x")
_GIF_FRAME = struct.Struct("<4x4xB")


def refuse_surplus(content_type: str, file: BinaryIO) -> None:
    """Raises `Refused` (`type-mismatch`) if bytes other than zeros stand behind the picture's end.

    A file that breaks off earlier is left to the decoder.
    """
    find_end = _ENDS.get(content_type)
    if find_end is None:
        return
    file.seek(0)
    try:
        find_end(file)
    except (EOFError, struct.error):
        return
    while rest := file.read(1 << 16):
        if rest.strip(b"\0"):
            raise Refused("type-mismatch", f"there is more behind the end of the {content_type}")


def _skip_png(file: BinaryIO) -> None:
    file.seek(_PNG_SIGNATURE_BYTES)
    name = b""
    while name != b"IEND":
        length, name = struct.unpack(">I4s", file.read(8))
        file.seek(length + 4, 1)


def _skip_webp(file: BinaryIO) -> None:
    _, length = struct.unpack("<4sI", file.read(8))
    file.seek(length + length % 2, 1)


def _skip_gif(file: BinaryIO) -> None:
    *_, flags = _GIF_HEADER.unpack(file.read(_GIF_HEADER.size))
    _skip_colours(file, flags)
    while (block := _byte(file)) != 0x3B:
        if block == 0x21:
            _byte(file)
        elif block == 0x2C:
            _skip_colours(file, _GIF_FRAME.unpack(file.read(_GIF_FRAME.size))[0])
            _byte(file)
        else:
            raise EOFError  # no GIF any more: the decoder's to say
        while length := _byte(file):
            file.seek(length, 1)


def _skip_colours(file: BinaryIO, flags: int) -> None:
    if flags & 0x80:
        file.seek(3 << ((flags & 7) + 1), 1)


def _byte(file: BinaryIO) -> int:
    found = file.read(1)
    if not found:
        raise EOFError
    return found[0]


_ENDS: dict[str, Callable[[BinaryIO], None]] = {
    "image/png": _skip_png,
    "image/webp": _skip_webp,
    "image/gif": _skip_gif,
}
