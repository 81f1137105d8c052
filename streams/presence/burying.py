"""Burying: the connections that a dead incarnation left are said to be over, in the log, with their last sign of life.

Each worker sees to its own partitions. What it appends it folds itself; if that was lost it says it again.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from time import monotonic, time

from infra.stores.connection_cache import ConnectionCache
from infra.stores.faults import StoreUnavailable
from infra.stores.line import Line
from infra.stores.live_gateways import Heard, LiveGateways
from infra.stores.outbound_streams import end
from infra.stores.registrations import Place, Registrations
from schemas.outbound import Connection, Connections
from schemas.presence import DeviceDisconnected
from schemas.times import timestamp
from streams.presence.leases import Leases
from streams.presence.saying import Saying
from streams.presence.state import origin_of

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
AGAIN_SECONDS = 5.0
USERS_AT_ONCE = 500


class Burying:
    def __init__(
        self,
        leases: Leases,
        registrations: Registrations,
        connections: ConnectionCache,
        gateways: LiveGateways,
        *,
        saying: Saying,
        line: Line,
    ) -> None:
        self._leases = leases
        self._registrations = registrations
        self._connections = connections
        self._gateways = gateways
        self._saying = saying
        self._line = line
        self._said_at: dict[Place, float] = {}
        self.partitions: frozenset[int] = frozenset()

    async def run(self) -> None:
        """Look for the dead, for ever."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self._look()
            except StoreUnavailable as away:
                log.warning("looking for dead gateways: %s", away)

    async def _look(self) -> None:
        places = await self._registrations.places(sorted(self.partitions))
        dead = await self._leases.dead({_incarnation(place) for place in places})
        for place in places:
            if _incarnation(place) in dead and monotonic() - self._said_at.get(place, 0) > AGAIN_SECONDS:
                self._said_at[place] = monotonic()
                await self._bury(place)
        self._said_at = {place: at for place, at in self._said_at.items() if place in places}

    async def _bury(self, place: Place) -> None:
        await end(self._line, [_incarnation(place)])
        users = await self._registrations.users(place)
        heard = await self._gateways.heard(*_incarnation(place))
        count = 0
        for start in range(0, len(users), USERS_AT_ONCE):
            some = users[start : start + USERS_AT_ONCE]
            left = _left(place, some, await self._connections.read(some))
            await self._saying.say([self._over(user_id, one, heard) for user_id, one in left])
            count += len(left)
        log.info("%s is dead; it left %d connections in partition %d", _incarnation(place), count, place.partition)
        if not count:
            await self._registrations.forget(place)

    def _over(self, user_id: str, one: Connection, heard: Heard) -> DeviceDisconnected:
        return DeviceDisconnected(
            user_id=user_id,
            device_id=one.device_id,
            origin=origin_of(one),
            at=timestamp(int(time() * 1000)),
            heard_at=self._heard_at(one, heard),
        )

    def _heard_at(self, one: Connection, heard: Heard) -> str:
        """As the gateway said last; if it did not come to that, or that is lost, at Hello or with the last lease."""
        if at_ms := heard.get(one.connection):
            return timestamp(at_ms)
        lease_ms = None if heard else self._leases.last_lease_ms((one.gateway, one.incarnation))
        return one.at if lease_ms is None else max(one.at, timestamp(lease_ms))


def _left(
    place: Place, users: Sequence[str], states: Iterable[Connections | None]
) -> list[tuple[str, Connection]]:
    return [
        (user_id, one)
        for user_id, state in zip(users, states, strict=True)
        for one in (state.connections if state else ())
        if (one.gateway, one.incarnation) == _incarnation(place)
    ]


def _incarnation(place: Place) -> tuple[str, str]:
    return place.gateway, place.incarnation
