"""What living gateways say of themselves in Redis: where clients find them, and when each connection was last heard.

One write per gateway and second for all its connections: a heartbeat costs none of its own. A gateway that says
nothing more is not listed after seconds; when its connections were heard is kept until the judge has looked.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from infra.stores.line import Line

NAMES = "gateways"
LIFE_SECONDS = 3
KEPT_SECONDS = 3_600

Heard = Mapping[str, int]
"""Connections, and the time of their last sign of life in milliseconds since 1970."""


class LiveGateway(Struct, frozen=True, array_like=True):
    name: str
    url: str
    connections: int


_pack = msgspec.msgpack.encode
_gateways: msgspec.msgpack.Decoder[LiveGateway] = msgspec.msgpack.Decoder(LiveGateway)
_heard: msgspec.msgpack.Decoder[dict[str, int]] = msgspec.msgpack.Decoder(dict[str, int])


class LiveGateways:
    def __init__(self, redis: Redis) -> None:
        self._line = Line(redis)

    async def say(self, gateway: LiveGateway, incarnation: str, heard: Heard) -> None:
        """A gateway lives. Raises StoreUnavailable."""
        await self._line.call(
            ("SADD", NAMES, gateway.name),
            ("SET", _key(gateway.name), _pack(gateway), "EX", LIFE_SECONDS),
            ("SET", _heard_key(gateway.name, incarnation), _pack(heard), "EX", KEPT_SECONDS),
        )

    async def leave(self, name: str) -> None:
        """It takes no more connections. Raises StoreUnavailable."""
        await self._line.call(("DEL", _key(name)))

    async def all(self) -> list[LiveGateway]:
        """Those that live, by name. Raises StoreUnavailable."""
        (members,) = await self._line.call(("SMEMBERS", NAMES))
        if not members:
            return []
        names = sorted(name.decode() for name in members)
        (found,) = await self._line.call(("MGET", *map(_key, names)))
        if gone := [name for name, value in zip(names, found, strict=True) if value is None]:
            await self._line.call(("SREM", NAMES, *gone))
        return [_gateways.decode(value) for value in found if value is not None]

    async def heard(self, name: str, incarnation: str) -> Heard:
        """When the connections of an incarnation were last heard; empty if that is lost. Raises StoreUnavailable."""
        (value,) = await self._line.call(("GET", _heard_key(name, incarnation)))
        return {} if value is None else _heard.decode(value)


def _key(name: str) -> str:
    return f"gateway:{name}"


def _heard_key(name: str, incarnation: str) -> str:
    return f"heard:{name}:{incarnation}"
