"""How fast a rebuild may go: as fast as it can while nobody waits, and ever slower while messages do. Pure."""

import math
from dataclasses import dataclass, replace

LEAST = 200.0  # events a second: it gets on, whatever happens
FIRST = 1_000.0
SLOWER, FASTER = 0.6, 1.1


@dataclass(frozen=True, slots=True)
class Strain:
    """How the live side is: by how many records the agent that is furthest behind is behind, and how many milliseconds
    commands of the last moment waited for their events (p90); None: there were none."""

    lag: int
    delay_ms: float | None


@dataclass(frozen=True, slots=True)
class Throttle:
    """Small steps up, larger ones down: the rate finds the share that the live side leaves. `rate`: events a second."""

    max_lag: int
    max_delay_ms: float
    max_rate: float = math.inf
    rate: float = FIRST

    def after(self, strain: Strain, folded_per_second: float) -> "Throttle":
        """The throttle a moment later, the live side being so. What was allowed beyond what is folded means nothing:
        it doubled without end while nobody was there, and then took minutes to come down."""
        rate = min(self.rate, max(FIRST, 2 * folded_per_second))
        is_strained = strain.lag > self.max_lag or (strain.delay_ms or 0) > self.max_delay_ms
        if is_strained:
            rate = min(rate, folded_per_second) * SLOWER
        elif strain.delay_ms is None and strain.lag == 0:
            rate *= 2  # nobody is there
        else:
            rate *= FASTER
        return replace(self, rate=min(self.max_rate, max(LEAST, rate)))
