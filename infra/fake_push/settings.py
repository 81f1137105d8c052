"""Settings of fake-push: where it listens, and where its keys are. From the environment, prefix
`BACKCHANNEL_FAKE_PUSH_`."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class FakePushSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BACKCHANNEL_FAKE_PUSH_", frozen=True)

    host: str = "127.0.0.1"
    port: int = 8110
    """FCM, its OAuth endpoint and the controls; without TLS."""
    apns_port: int = 8111
    """APNs: HTTP/2 over TLS."""
    keys: Path = Path(".local/data/fake-push")
    journal: Path | None = None
    """Where every push is written down: what it remembers otherwise ends with it."""
    url: str = "http://127.0.0.1:8110"
    """As others reach it: what tokens are made for."""
