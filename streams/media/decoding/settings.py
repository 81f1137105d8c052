"""Limits of decoding. From the environment, prefix `BACKCHANNEL_DECODING_`."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.media import MediaKind

WALL_SECONDS_PER_CPU_SECOND = 4
"""Children run at the lowest priority: on a busy machine a second of theirs takes longer."""


LIBRARY_BYTES = 190 * 2**20
"""Address space of a child before it opens its file (measured: 178 MiB)."""
WHOLE_IMAGE_BYTES_PER_PIXEL = 9
"""At the most: a palette's index, RGBA, and once more with its colours multiplied by alpha, to be sized down."""


class DecodingSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BACKCHANNEL_DECODING_", frozen=True)

    workers: int = Field(default=2, ge=1)
    """Files decoded at a time."""
    memory_bytes_max: int = 512 * 2**20
    """Address space of a child, libraries included: resident memory is below that."""
    output_bytes_max: int = 256 * 2**20
    image_cpu_seconds_max: int = Field(default=20, ge=1)
    video_cpu_seconds_max: int = Field(default=240, ge=1)
    audio_cpu_seconds_max: int = Field(default=60, ge=1)
    document_cpu_seconds_max: int = Field(default=10, ge=1)

    image_edge_max: int = Field(default=2048, ge=64)
    """Pixels of an image's longer edge; larger ones are sized down."""
    jpeg_pixels_max: int = 120_000_000
    """JPEG is decoded at a reduced scale, so the cameras' largest modes pass."""
    image_pixels_max: int = 32_000_000
    """Other images are decoded whole, within the memory above."""
    animation_pixels_max: int = 40_000_000
    """Of all frames of an animation together: Pillow wants them all at once."""
    animation_frames_max: int = 1_000
    image_quality: int = Field(default=82, ge=1, le=95)
    thumbnail_edge: int = Field(default=320, ge=16)
    preview_bytes_max: int = 300

    video_seconds_max: float = 300.0
    video_edge_max: int = 1280
    """Pixels of a video's longer edge after transcoding."""
    video_source_pixels_max: int = 3840 * 2160
    video_bits_per_second_max: int = 3_000_000
    """Above this a video in common form is transcoded, if that saves space."""
    video_frames_per_second_max: int = 30
    audio_seconds_max: float = 3600.0
    audio_bits_per_second_max: int = 160_000
    """Above this sound in common form is transcoded, if that saves space."""

    document_unpacked_bytes_max: int = 256 * 2**20
    document_members_max: int = 10_000

    @model_validator(mode="after")
    def _whole_images_fit_into_memory(self) -> Self:
        if LIBRARY_BYTES + WHOLE_IMAGE_BYTES_PER_PIXEL * self.image_pixels_max > self.memory_bytes_max:
            raise ValueError("images of BACKCHANNEL_DECODING_IMAGE_PIXELS_MAX do not fit into MEMORY_BYTES_MAX")
        return self

    def cpu_seconds_max(self, kind: MediaKind) -> int:
        return {
            "image": self.image_cpu_seconds_max,
            "video": self.video_cpu_seconds_max,
            "audio": self.audio_cpu_seconds_max,
            "document": self.document_cpu_seconds_max,
        }[kind]

    def wall_seconds_max(self, kind: MediaKind) -> float:
        return WALL_SECONDS_PER_CPU_SECOND * self.cpu_seconds_max(kind)
