"""How fast a rebuild may go: as fast as it can while nobody waits, and ever slower while messages do. Pure."""

import math
from dataclasses import dataclass, replace

LEAST = 200.0  # events a second: it gets on, whatever happens
FIRST = 1_000.0
SLOWER, FASTER, FADING = 0.6, 1.1, 0.8


@dataclass(frozen=True, slots=True)
class Strain:
    """How the live side is: by how many records the agent that is furthest behind is behind, and how many milliseconds
    commands of the last moment waited for their events (p90); None: there were none."""

    lag: int
    delay_ms: float | None


@dataclass(frozen=True, slots=True)
class Throttle:
    """Small steps up, larger ones down: the rate finds the share that the live side leaves.

    `rate`: events a second that may be folded; `pace`: that are, at their best of late. Of one look alone it says
    little: between two parts of the log a worker folds nothing for a moment.
    """

    max_lag: int
    max_delay_ms: float
    max_rate: float = math.inf
    rate: float = FIRST
    pace: float = 0.0

    def after(self, strain: Strain, folded_per_second: float) -> "Throttle":
        """The throttle a moment later, the live side being so."""
        pace, rate = max(folded_per_second, FADING * self.pace), self.rate
        is_strained = strain.lag > self.max_lag or (strain.delay_ms or 0) > self.max_delay_ms
        if is_strained:
            # What was allowed beyond what is folded means nothing: it doubles without end while nobody is there.
            rate = min(rate, pace or rate) * SLOWER
        elif strain.delay_ms is None and strain.lag == 0:
            rate *= 2 if pace else 1  # nobody is there
        else:
            rate *= FASTER if pace else 1
        return replace(self, rate=min(self.max_rate, max(LEAST, rate)), pace=pace)
