"""How long to wait before the next try: longer each time, with full jitter, so that crowds spread."""

from dataclasses import dataclass, field
from random import Random


@dataclass(slots=True)
class Backoff:
    """The waits of one client. The first is at most `first_seconds`, and each may be twice the one before."""

    first_seconds: float = 0.3
    longest_seconds: float = 15.0
    random: Random = field(default_factory=Random)
    _tries: int = 0

    def next_seconds(self, at_least_seconds: float | None = None) -> float:
        """The next wait, and no less than what the server asked for."""
        most = min(self.longest_seconds, self.first_seconds * 2 ** min(self._tries, 30))
        self._tries += 1
        return (at_least_seconds or 0.0) + self.random.uniform(0.0, most)

    def reset(self) -> None:
        """All is well again."""
        self._tries = 0
