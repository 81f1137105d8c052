"""What a push provider is to the house: it takes a push, and answers in one of five ways. Never raises for them."""

from dataclasses import dataclass
from typing import Protocol

from schemas.notifications import Provider as Name
from schemas.notifications import SentKind


@dataclass(frozen=True, slots=True)
class Push:
    """One push as it goes out. `title` and `text` are empty unless a setting wants them in it; then nothing but a
    key of the app's own texts is shown. A silent one is a `clear` or a `sync`."""

    request_id: str
    token: str
    kind: SentKind
    conversation_id: str
    seq: int
    message_id: str
    badge: int
    expires_at_ms: int
    ttl_seconds: int
    is_alert: bool
    title: str = ""
    text: str = ""

    @property
    def data(self) -> dict[str, str]:
        """What the app gets, as text."""
        told = {
            "kind": self.kind,
            "conversation_id": self.conversation_id,
            "seq": str(self.seq),
            "message_id": self.message_id,
            "badge": str(self.badge),
            "title": "" if self.is_alert else self.title,
            "text": "" if self.is_alert else self.text,
        }
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class Accepted:
    provider_id: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """For good: the request is wrong, whoever repeats it."""

    detail: str


@dataclass(frozen=True, slots=True)
class Unregistered:
    """There is no device with this token any more."""

    detail: str


@dataclass(frozen=True, slots=True)
class Again:
    """Not now; surely nothing was shown. `is_ours`: our own credentials are refused."""

    detail: str
    retry_after_seconds: float = 0
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer came: it may have been shown."""

    detail: str


Answer = Accepted | Rejected | Unregistered | Again | Unknown


class Provider(Protocol):
    name: Name

    async def send(self, push: Push) -> Answer: ...

    async def close(self) -> None: ...


def retry_after(text: str | None) -> float:
    """The seconds of a Retry-After header; 0 if there is none, or one that is no number."""
    return float(text) if text and text.isdigit() else 0.0
