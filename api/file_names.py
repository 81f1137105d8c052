"""Names of uploaded files, as a person chose them: made harmless, never used as a path by us or by who downloads."""

import re
import unicodedata

NAME_BYTES_MAX = 200
_SEPARATORS = re.compile(r"[/\\]")
# Control characters, and those that turn the direction of writing: `cod\u202efdp.exe` would look like a PDF.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FOR_DEVICES = frozenset('<>:"|?*')


def harmless(name: str | None) -> str | None:
    """The last part of what may be a path, without control characters; None if nothing is left."""
    if name is None:
        return None
    last = _SEPARATORS.split(unicodedata.normalize("NFC", name))[-1]
    seen = "".join(one for one in last if unicodedata.category(one) not in _UNSEEN and one not in _FOR_DEVICES)
    return _shortened(seen.strip(" .")) or None


def _shortened(name: str) -> str:
    """Cut in the middle: what comes after the last dot says what opens it."""
    if len(name.encode()) <= NAME_BYTES_MAX:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension.encode()) > 16:
        stem, dot, extension = name, "", ""
    room = NAME_BYTES_MAX - len((dot + extension).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + extension
