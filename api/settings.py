"""The API's settings. From the environment, prefix `BACKCHANNEL_`."""

from pydantic import Field

from infra.stores.settings import StoreSettings
from schemas.media import MediaKind


class ApiSettings(StoreSettings):
    api_name: str = "api-1"
    """Names this process's stream of answers; each process has its own."""
    api_host: str = "127.0.0.1"
    api_port: int = 8081
    api_drain_seconds: float = Field(default=5, gt=0)
    """How long requests that are under way may take after SIGTERM."""

    access_token_seconds: int = Field(default=900, gt=0)
    refresh_token_seconds: int = Field(default=60 * 86_400, gt=0)
    """A device that does not come back for so long is signed out."""
    refresh_grace_seconds: float = Field(default=10, ge=0)

    open_calls_per_minute: int = Field(default=600, gt=0)
    tickets_per_minute: int = Field(default=60, gt=0)

    password_threads: int = Field(default=2, gt=0)
    password_queue_max: int = Field(default=200, gt=0)
    """Passwords that may wait for a thread; more are answered 503."""
    media_image_bytes_max: int = Field(default=16 * 2**20, gt=0)
    media_video_bytes_max: int = Field(default=64 * 2**20, gt=0)
    media_audio_bytes_max: int = Field(default=16 * 2**20, gt=0)
    media_document_bytes_max: int = Field(default=64 * 2**20, gt=0)
    media_upload_seconds: int = Field(default=900, gt=0)
    """How long a permission to upload is good."""
    media_url_seconds: int = Field(default=600, gt=0)
    """How long an address to download from is good."""
    media_garbage_grace_seconds: float = Field(default=86_400, gt=0)
    """Uploads and media that nobody needs stay for so long."""
    media_garbage_every_seconds: float = Field(default=3_600, gt=0)
    media_waiting_max: int = Field(default=500, gt=0)
    """Uploads of one user that are neither ready nor refused; more are answered 429."""
    answer_seconds: float = Field(default=5, gt=0)
    """How long a command over HTTP waits for its result."""

    def media_bytes_max(self, kind: MediaKind) -> int:
        return {
            "image": self.media_image_bytes_max,
            "video": self.media_video_bytes_max,
            "audio": self.media_audio_bytes_max,
            "document": self.media_document_bytes_max,
        }[kind]
