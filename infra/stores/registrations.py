"""Which users have connections on which incarnation of a gateway, per partition of `presence.events`, in Redis.

An index over the connection cache, written by its single writer, which so finds all that a dead gateway leaves. It may
name a user too many, never one too few: it is added to before the cache is written, and taken from afterwards.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from redis.asyncio import Redis

from infra.stores.line import Command, Line


class Place(NamedTuple):
    """An incarnation as one partition knows it."""

    partition: int
    gateway: str
    incarnation: str


Registration = tuple[Place, str]
"""A place and a user."""


class Registrations:
    def __init__(self, redis: Redis) -> None:
        self._line = Line(redis)

    async def add(self, registrations: Iterable[Registration]) -> None:
        """Raises StoreUnavailable."""
        commands: list[Command] = []
        for place, user_id in registrations:
            commands += [("SADD", _places(place.partition), _name(place)), ("SADD", _users(place), user_id)]
        if commands:
            await self._line.call(*commands)

    async def remove(self, registrations: Iterable[Registration]) -> None:
        """Raises StoreUnavailable."""
        commands: list[Command] = [("SREM", _users(place), user_id) for place, user_id in registrations]
        if commands:
            await self._line.call(*commands)

    async def places(self, partitions: Collection[int]) -> list[Place]:
        """The incarnations that these partitions know of. Raises StoreUnavailable."""
        if not partitions:
            return []
        answers = await self._line.call(*(("SMEMBERS", _places(one)) for one in partitions))
        return [
            Place(partition, *name.decode().split(" ", 1))
            for partition, names in zip(partitions, answers, strict=True)
            for name in names
        ]

    async def users(self, place: Place) -> list[str]:
        """Who may have connections there. Raises StoreUnavailable."""
        (found,) = await self._line.call(("SMEMBERS", _users(place)))
        return [user_id.decode() for user_id in found]

    async def forget(self, place: Place) -> None:
        """The incarnation is dead and nobody is left there. Raises StoreUnavailable."""
        await self._line.call(("DEL", _users(place)), ("SREM", _places(place.partition), _name(place)))


def _places(partition: int) -> str:
    return f"incarnations:{partition}"


def _name(place: Place) -> str:
    return f"{place.gateway} {place.incarnation}"


def _users(place: Place) -> str:
    return f"registered:{place.partition}:{place.gateway}:{place.incarnation}"
