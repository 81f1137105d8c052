"""The web client's built files, as they go over the wire: what a browser may keep, and what the page may do.

`clients/web` is built into `api/web`. Names under `assets/` carry a hash of their content and never change; all else is
asked for anew each time.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from infra.stores.settings import ObjectSettings

HOME = Path(__file__).parent / "web"
FRONT = "index.html"
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
# mimetypes reads the machine's own table, and machines differ.
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file: its bytes, plain and compressed, and what is said of them."""

    content: bytes
    compressed: bytes
    content_type: str
    cache_control: str
    etag: str


def load() -> Mapping[str, PageFile]:
    """By path below `/`, with `index.html` for the front. Read once: they come with the package."""
    files = {path.relative_to(HOME).as_posix(): path.read_bytes() for path in HOME.rglob("*") if path.is_file()}
    return {name: _file(name, content) for name, content in files.items()}


def security_headers(objects: ObjectSettings) -> Mapping[str, str]:
    """Nothing but our own scripts and styles runs; files come from and go to the object store, or its CDN."""
    stores = " ".join(sorted({_origin(url) for url in (objects.public_url, objects.cdn_url) if url}))
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' data: blob: {stores}",
        "media-src": stores,
        "connect-src": f"'self' {stores}",
        "worker-src": "'self'",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _file(name: str, content: bytes) -> PageFile:
    kind = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return PageFile(
        content=content,
        compressed=gzip.compress(content, 9, mtime=0),
        content_type=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        cache_control=FOR_EVER if name.startswith("assets/") else ASK_AGAIN,
        etag=f'"{hashlib.sha256(content).hexdigest()[:32]}"',
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
