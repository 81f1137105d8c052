"""What a crowd does, counted, and the line that says so. Pure but for the counting."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Since the last line, but for `here`. `sent_seconds`: from sending until the message was in the log."""

    here: int = 0
    received: int = 0
    read: int = 0
    typing: int = 0
    failed: int = 0
    sent_seconds: list[float] = field(default_factory=list)

    def line(self, people: int, seconds: float) -> str:
        """The line for what was counted in so many seconds; counting begins anew."""
        rates = (
            f"{len(self.sent_seconds) / seconds:.1f} sent",
            f"{self.received / seconds:.1f} received",
            f"{self.read / seconds:.1f} read",
            f"{self.typing / seconds:.1f} typing",
        )
        ticks = ", ".join(f"p{share} {_percentile(self.sent_seconds, share) * 1000:.0f} ms" for share in (50, 99))
        failed = f" · {self.failed} failed" if self.failed else ""
        line = f"{self.here} of {people} are here · a second: {', '.join(rates)} · ✓ {ticks}{failed}"
        self.received = self.read = self.typing = self.failed = 0
        self.sent_seconds = []
        return line


def _percentile(values: Sequence[float], share: int) -> float:
    """The smallest value that so many percent do not exceed; 0 where there is none."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)] if ordered else 0.0
