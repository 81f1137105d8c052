"""Which incarnations of gateways live: the fold of `presence.leases`. Pure.

The only time is the log's: a lease is too old when the newest record of the topic is DEAD_SECONDS newer. So a pause
of Kafka kills nobody. Who was found dead stays dead, whatever comes after.
"""

from collections import OrderedDict
from dataclasses import dataclass

from schemas.presence import DEAD_SECONDS, AnyLease, GatewayLease

DEAD_MS = round(DEAD_SECONDS * 1000)
REMEMBERED_MAX = 10_000

Incarnation = tuple[str, str]
"""A gateway's name and its incarnation's."""


@dataclass(slots=True)
class _Held:
    incarnation: Incarnation
    at_ms: int


class Judge:
    def __init__(self) -> None:
        self._newest_ms = 0
        self._held: dict[str, _Held] = {}
        self._last_ms: OrderedDict[Incarnation, int] = OrderedDict()  # when the last lease of a dead one was

    def fold(self, lease: AnyLease, at_ms: int) -> None:
        """A record of the topic, which the log got at `at_ms`."""
        self._newest_ms = max(self._newest_ms, at_ms)
        if not isinstance(lease, GatewayLease):
            return
        incarnation = (lease.gateway, lease.incarnation)
        if incarnation in self._last_ms:
            return
        held = self._held.get(lease.gateway)
        if held is not None and (held.incarnation != incarnation or self._is_too_old(held)):
            self._bury(held)
        if incarnation not in self._last_ms:
            self._held[lease.gateway] = _Held(incarnation, at_ms)

    def is_alive(self, incarnation: Incarnation) -> bool:
        """Whether it holds a lease. One of which nothing was read does not."""
        held = self._held.get(incarnation[0])
        return held is not None and held.incarnation == incarnation and not self._is_too_old(held)

    def last_lease_ms(self, incarnation: Incarnation) -> int | None:
        """When the log got the last lease of an incarnation, if that is known."""
        held = self._held.get(incarnation[0])
        if held is not None and held.incarnation == incarnation:
            return held.at_ms
        return self._last_ms.get(incarnation)

    def _is_too_old(self, held: _Held) -> bool:
        return self._newest_ms - held.at_ms > DEAD_MS

    def _bury(self, held: _Held) -> None:
        del self._held[held.incarnation[0]]
        self._last_ms[held.incarnation] = held.at_ms
        while len(self._last_ms) > REMEMBERED_MAX:
            self._last_ms.popitem(last=False)
