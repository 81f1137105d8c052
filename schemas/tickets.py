"""Tickets: what lets a device open a socket once, within seconds, without a token in a URL.

A ticket is signed, so it outlives a flushed cache; that it was used is remembered in Redis for as long as it could be
valid. The form: base64url of JSON, a dot, base64url of an HMAC-SHA256.
"""

import base64
import binascii
import hmac
import secrets

import msgspec
from msgspec import Struct

LIFE_SECONDS = 30


class Ticket(Struct, frozen=True, array_like=True):
    """`nonce` names this one ticket; `expires_ms` is in milliseconds since 1970."""

    user_id: str
    device_id: str
    nonce: str
    expires_ms: int


def issue(secret: bytes, user_id: str, device_id: str, now_ms: int, life_seconds: int = LIFE_SECONDS) -> str:
    ticket = Ticket(user_id, device_id, secrets.token_urlsafe(12), now_ms + life_seconds * 1000)
    content = base64.urlsafe_b64encode(msgspec.json.encode(ticket))
    return f"{content.decode()}.{_signature(secret, content)}"


def verify(secret: bytes, text: str, now_ms: int) -> Ticket | None:
    """The ticket, if the house issued it and it has not expired. Whether it was used is Redis's to say."""
    content, _, signature = text.partition(".")
    if not text.isascii() or not hmac.compare_digest(signature, _signature(secret, content.encode())):
        return None
    try:
        ticket = msgspec.json.decode(base64.urlsafe_b64decode(content), type=Ticket)
    except (msgspec.DecodeError, binascii.Error):
        return None
    return ticket if ticket.expires_ms > now_ms else None


def _signature(secret: bytes, content: bytes) -> str:
    return base64.urlsafe_b64encode(hmac.digest(secret, content, "sha256")).decode()
