"""Whether a push is still wanted, what goes out, and when it is tried again. Pure.

A visible push whose attempt had no answer is never made again: the device is woken silently instead, and comes and
gets the message. So nothing is lost, and nothing is shown twice.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from infra.stores.push_targets import Wanted
from infra.stores.pushes import Started
from schemas.notifications import FailedReason, Provider
from schemas.times import milliseconds
from streams.notification.sending.provider import Push

# Of the 4,096 that both providers take, as JSON: a control character has six.
TITLE_BYTES_MAX, TEXT_BYTES_MAX = 300, 2_000
TTL_SECONDS_MAX = 28 * 86_400  # Google refuses more


@dataclass(frozen=True, slots=True)
class Texts:
    """What a push may say, where a setting wants it to."""

    title: str = ""
    text: str = ""


def needless(started: Started, wanted: Wanted, provider: Provider, now_ms: float) -> FailedReason | None:
    """Why nobody is to be told any more, or None."""
    request = started.request
    if milliseconds(request.expires_at) <= now_ms:
        return "expired"
    if wanted.sealed is None or wanted.provider != provider:
        return "no-token"
    if request.kind == "clear":
        return None
    if wanted.has_left:
        return "left"
    if wanted.is_muted:
        return "muted"
    return "read" if wanted.read_seq >= request.seq else None


def push(
    started: Started, wanted: Wanted, token: str, *, now_ms: float, is_alert: bool, texts: Texts | None = None
) -> Push:
    request = started.request
    is_message = request.kind == "message"
    kind = "sync" if is_message and started.is_doubtful else request.kind
    expires_at_ms = milliseconds(request.expires_at)
    shown = texts if texts and kind == "message" else Texts()
    return Push(
        request_id=request.request_id,
        token=token,
        kind=kind,
        conversation_id=request.conversation_id,
        seq=request.seq,
        message_id=request.message_id or "",
        badge=wanted.badge,
        expires_at_ms=expires_at_ms,
        ttl_seconds=min(TTL_SECONDS_MAX, max(0, int((expires_at_ms - now_ms) / 1000))),
        is_alert=is_alert and kind == "message",
        title=cut(shown.title, TITLE_BYTES_MAX),
        text=cut(shown.text, TEXT_BYTES_MAX),
    )


def cut(text: str, bytes_max: int) -> str:
    """No more than so many bytes of JSON, and no half character."""
    if _size(text) <= bytes_max:
        return text
    room, kept = bytes_max - _size("…"), 0
    for character in text:
        room -= _size(character)
        if room < 0:
            break
        kept += 1
    return f"{text[:kept]}…"


def _size(text: str) -> int:
    return len(msgspec.json.encode(text)) - 2  # without the quotes


@dataclass(frozen=True, slots=True)
class Backoff:
    """Twice as long each time, up to a bound; of that between half and all, so that not all come back at once."""

    first_seconds: float
    last_seconds: float
    random: Callable[[], float]

    def seconds(self, attempts: int, retry_after_seconds: float = 0) -> float:
        """The pause after so many attempts; never before the provider said."""
        usual = min(self.last_seconds, self.first_seconds * 2.0 ** min(attempts - 1, 30))
        jitter = (0.5 + 0.5 * self.random()) * usual
        return max(jitter, retry_after_seconds + self.random() * min(usual, self.first_seconds))
