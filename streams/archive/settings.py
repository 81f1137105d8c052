"""Settings of the archiver, beside those of agents and of the object store."""

from pydantic import Field

from streams.runtime.settings import StreamSettings

DAY_MS = 86_400_000


class ArchiveSettings(StreamSettings):
    archive_after_days: float | None = Field(default=None, ge=0)
    """Rows that are older move into the archive, by the log's times; unset: none does."""
    archive_every_seconds: float = Field(default=60, gt=0)
    """How long the archiver rests when it finds nothing to do."""
    archive_rewrite_seconds: float = Field(default=3_600, ge=0)
    """How long a deleted message may wait until the segment that holds its body is written anew without it."""
    archive_grace_seconds: float = Field(default=3_600, ge=0)
    """How long an object stays that nobody looks up any more: longer than any read takes."""
    archive_segment_bytes: int = Field(default=16 * 1024 * 1024, gt=0)
    """Of rows before compression. Each partition that is at work holds some three times as much in memory."""

    def cut_ms(self, newest_ms: int, clock_ms: int) -> int:
        """Rows from before it are old. The clock alone never makes a row old: the log must have come as far too."""
        assert self.archive_after_days is not None
        return min(newest_ms, clock_ms) - round(self.archive_after_days * DAY_MS)
