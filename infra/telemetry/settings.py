"""Settings of what a process says of itself. From the environment, prefix `BACKCHANNEL_`."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

LogFormat = Literal["text", "json"]


class TelemetrySettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BACKCHANNEL_", frozen=True)

    profile: Literal["local", "production"] = "local"
    log_format: LogFormat | None = None
    """By default text in the local profile, and JSON in production."""
    traces_endpoint: str = ""
    """Where spans are sent, by OTLP over HTTP (`http://…:4318/v1/traces`); empty: there are none, at no cost."""
    traces_ratio: float = Field(default=0.01, ge=0, le=1)
    """Of the traces that begin here, how many are recorded. Who comes over HTTP with a trace has decided already."""

    @property
    def logs(self) -> LogFormat:
        return self.log_format or ("json" if self.profile == "production" else "text")
