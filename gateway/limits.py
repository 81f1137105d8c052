"""A token bucket, with time as an input. Pure."""

from dataclasses import dataclass


@dataclass(slots=True)
class TokenBucket:
    """Holds at most `burst` tokens and gains `per_second`; starts full."""

    per_second: float
    burst: float
    tokens: float
    at: float

    def take(self, now: float) -> float:
        """Take a token: 0 if there was one, else the seconds until there will be."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / self.per_second
