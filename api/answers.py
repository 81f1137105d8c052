"""Answers to commands: the API is an origin like a gateway, with a Redis stream of its own.

Each request is a connection on it. The owner notices when its stream was lost; then it makes another, under a
new incarnation, and the requests that wait on the old one are told to try again (the same `client_id` never
counts twice).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import uuid4

from api.problems import unavailable
from infra.stores.cache import Redis
from infra.stores.faults import StoreUnavailable, until_available
from infra.stores.outbound_streams import OutboundStream, StreamLost
from schemas.commands import Origin
from schemas.outbound import Item, stream_name

log = logging.getLogger(__name__)

# A lost stream must be noticed long before those who wait on it give up.
READ_SECONDS = CHECK_SECONDS = 0.5

Append = Callable[[Origin], Awaitable[object]]


class Answers:
    def __init__(self, redis: Redis, name: str, answer_seconds: float) -> None:
        self._redis = redis
        self._name = name
        self._answer_seconds = answer_seconds
        self._incarnation = ""
        self._waiting: dict[str, asyncio.Future[Item]] = {}

    @property
    def is_open(self) -> bool:
        """Whether answers can be received."""
        return bool(self._incarnation)

    async def ask(self, append: Append) -> Item:
        """Append a command and wait for what came of it. Raises Problem `unavailable`, StoreUnavailable."""
        if not self.is_open:
            raise unavailable("no answers can be received for the moment")
        request_id = str(uuid4())
        answer: asyncio.Future[Item] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = answer
        try:
            async with asyncio.timeout(self._answer_seconds):
                await append(Origin(self._name, self._incarnation, request_id))
                return await answer
        except TimeoutError:
            raise unavailable("no answer came in time; repeat with the same client_id") from None
        finally:
            del self._waiting[request_id]

    async def run(self) -> None:
        """Receive answers until cancelled."""
        while True:
            incarnation = str(uuid4())
            stream = OutboundStream(self._redis, stream_name(self._name, incarnation))
            await until_available(stream.create, "making the stream of answers")
            self._incarnation = incarnation
            try:
                await self._receive(stream)
            except (StreamLost, StoreUnavailable) as lost:
                log.warning("the stream of answers is lost: %s", lost)
            finally:
                await stream.close()
                self._incarnation = ""
                self._give_up()

    async def _receive(self, stream: OutboundStream) -> None:
        loop = asyncio.get_running_loop()
        check_at = loop.time() + CHECK_SECONDS
        while True:
            self._resolve(await stream.read(READ_SECONDS))
            if loop.time() >= check_at:
                self._resolve(await stream.check())
                check_at = loop.time() + CHECK_SECONDS

    def _resolve(self, items: list[Item]) -> None:
        for item in items:
            for connection in item.connections:
                answer = self._waiting.get(connection)
                if answer is not None and not answer.done():
                    answer.set_result(item)

    def _give_up(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(unavailable("the answer was lost; repeat with the same client_id"))
                answer.exception()  # whoever waits still gets it; if nobody does, that is no fault
