"""The connections of this gateway, by id."""

import asyncio
import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from gateway.connection import Connection
from gateway.counting import note_delivered
from schemas.close_codes import CloseCode
from schemas.outbound import Item, Kind

CLOSE_STEPS = 50


class Registry:
    def __init__(self, presence_changed: Callable[[Iterable[str]], None]) -> None:
        """`presence_changed` is told of which users one should look at the presence."""
        self._presence_changed = presence_changed
        self._connections: dict[str, Connection] = {}

    def __len__(self) -> int:
        return len(self._connections)

    def __iter__(self) -> Iterator[Connection]:
        return iter(list(self._connections.values()))

    def __contains__(self, id_: str) -> bool:
        return id_ in self._connections

    def add(self, connection: Connection) -> None:
        self._connections[connection.id] = connection

    def remove(self, connection: Connection) -> None:
        self._connections.pop(connection.id, None)

    def dispatch(self, items: Sequence[Item]) -> None:
        """Hand finished frames to sockets; connections that are gone are passed over."""
        began_ns = time.time_ns()
        for item in items:
            if item.kind is Kind.PRESENCE:
                self._presence_changed(item.connections)
                continue
            for id_ in item.connections:
                if connection := self._connections.get(id_):
                    _hand(connection, item)
        note_delivered(items, began_ns)

    def sign_out(self, user_ids: Collection[str]) -> None:
        """Close all connections of people who were erased: each holds a key."""
        for connection in self:
            if connection.actor is not None and connection.actor.user_id in user_ids:
                connection.close(CloseCode.SIGNED_OUT, "the account was erased")

    async def close_all(self, code: int, reason: str, seconds: float) -> None:
        """Close what is open now, in a random order spread over some seconds: a storm of reconnects helps nobody."""
        connections = list(self)
        random.shuffle(connections)
        step = max(1, len(connections) // CLOSE_STEPS + 1)
        for start in range(0, len(connections), step):
            for connection in connections[start : start + step]:
                connection.close(code, reason)
            if start + step < len(connections):
                await asyncio.sleep(seconds / CLOSE_STEPS)


def _hand(connection: Connection, item: Item) -> None:
    match item.kind:
        case Kind.FRAME | Kind.REPEATED:
            connection.deliver(item.payload)
        case Kind.REGISTERED:
            if connection.registered:
                connection.registered.set()
        case Kind.CLOSE:
            connection.close(int(item.payload), "closed from outside")
