"""Settings of push: when somebody is told, in what words, and where the providers are."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field

from streams.runtime.settings import StreamSettings


class PushSettings(StreamSettings):
    push_deadline_seconds: float = Field(default=5, gt=0, le=30)
    """A connected device that has not acknowledged a message for so long is told by push. Offsets are held back for so
    long, so it stays below `stuck_seconds`."""
    push_settle_seconds: float = Field(default=1, gt=0, le=30)
    """Before a deadline counts, so much of the log that follows is read: after a standstill what was read meanwhile is
    known first."""
    push_expiry_seconds: float = Field(default=86_400, gt=0, le=28 * 86_400)
    """Nobody is told of a message that is older; the providers drop what they could not deliver until then."""
    push_style: Literal["alert", "data"] = "alert"
    """`alert`: the system shows it; `data`: the app is woken and shows what it likes."""
    push_with_text: bool = False
    """Put the sender's name and the text into the push: the provider reads it then."""
    push_concurrency: int = Field(default=50, ge=1, le=1000)
    """So many requests are under way to one provider at once."""
    push_timeout_seconds: float = Field(default=10, gt=0)
    push_lease_seconds: float = Field(default=30, gt=0)
    """A push that was begun so long ago and has no outcome is taken up again, silently. More than the timeout."""
    push_backoff_first_seconds: float = Field(default=1, gt=0)
    push_backoff_last_seconds: float = Field(default=300, gt=0)
    fcm_service_account: Path | None = None
    """Google's JSON file with the service account's key."""
    fcm_url: str = ""
    """Empty: Google's own."""
    apns_url: str = "https://api.push.apple.com"
    apns_key: Path | None = None
    """Apple's .p8 file."""
    apns_key_id: str = ""
    apns_team_id: str = ""
    apns_topic: str = ""
    """The app's bundle id."""
    apns_ca: Path | None = None
    """Whom to trust instead of the public authorities."""

    @classmethod
    def of(cls, settings: StreamSettings) -> Self:
        """The same settings with those of push, from the environment."""
        return settings if isinstance(settings, cls) else cls(**dict(settings))
