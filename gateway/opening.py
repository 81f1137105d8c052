"""The connect sequence: register, then fetch, then apply. So no message can fall between, and none can leak.

1. The ticket is used. 2. Welcome. 3. `DeviceConnected` is in the log, and the presence agent confirms on our own stream
that the connection is in the cache: from then on live frames arrive, and are kept back. 4. The device is still signed
in. 5. The views have passed the log's ends. 6. What was missed, Synced, and what was kept back. DESIGN, section 6.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from time import time

from gateway.catching_up import CatchingUp
from gateway.connection import Connection
from gateway.freshness import Freshness
from gateway.saying import Saying
from gateway.session import Phase
from gateway.settings import GatewaySettings
from infra.stores import ticket_use
from infra.stores.cache import Redis
from infra.stores.faults import StoreUnavailable
from infra.stores.keys import Keys
from infra.stores.users import SignedIn, Users
from infra.stores.views import IncompleteView
from schemas import frames, tickets
from schemas.close_codes import CloseCode
from schemas.door import Actor
from schemas.times import timestamp

log = logging.getLogger(__name__)

REGISTER_AGAIN_SECONDS = 2.0
TOLD_BEFORE = timedelta(seconds=10)


class Refused(Exception):
    """The connection cannot be opened, for good or for now."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Opening:
    """What connections are opened with; one per gateway."""

    def __init__(
        self,
        settings: GatewaySettings,
        *,
        redis: Redis,
        saying: Saying,
        keys: Keys,
        users: Users,
        freshness: Freshness,
        catching_up: CatchingUp,
        epoch: str,
    ) -> None:
        self._settings = settings
        self._redis = redis
        self._saying = saying
        self._keys = keys
        self._users = users
        self._freshness = freshness
        self._catching_up = catching_up
        self._epoch = epoch
        self._turn = asyncio.Semaphore(settings.opening_at_once)

    async def open(self, connection: Connection, hello: frames.Hello) -> None:
        """Bring a connection up to date, or close it with the code that says why."""
        said_ms = _now_ms()  # in a storm it may wait for its turn for longer than a ticket lives
        try:
            async with self._turn:
                await self._open(connection, hello, said_ms)
        except Refused as refused:
            connection.close(refused.code, refused.reason)
        except (StoreUnavailable, IncompleteView) as away:
            log.warning("a connection is not opened: %s", away)
            connection.close(CloseCode.OVERLOADED, "try again")
        except Exception:  # a fault of ours in one connection: told whole in the log, and the others live on
            log.exception("opening failed")
            connection.close(CloseCode.OVERLOADED, "try again")

    async def _open(self, connection: Connection, hello: frames.Hello, said_ms: int) -> None:
        ticket = await self._ticket(hello, said_ms)
        key = await self._keys.key(ticket.user_id)
        if key is None:
            raise Refused(CloseCode.SIGNED_OUT, "the account was erased")
        actor = Actor(ticket.user_id, ticket.device_id, key, connection.origin)
        connection.write(self._welcome(actor))
        connection.identify(actor)
        await self._register(connection, actor)
        device = await self._users.device(actor.user_id, actor.device_id)
        if device is None:
            raise Refused(CloseCode.SIGNED_OUT, "signed out")
        if not await self._freshness.wait(self._settings.freshness_seconds):
            raise Refused(CloseCode.OVERLOADED, "the views are behind")
        async for frame in self._catching_up.frames(actor.user_id, hello, _told_until(device)):
            await connection.write_all((frame,))
        # Sent with patience, for it may be much: a healthy client must not count as slow for what it missed.
        while backlog := connection.session.take_backlog():
            await connection.write_all(backlog)
        if connection.session.phase is Phase.CATCHING_UP:
            connection.session.synced()

    async def _ticket(self, hello: frames.Hello, said_ms: int) -> tickets.Ticket:
        ticket = tickets.verify(self._settings.token_secret_bytes(), hello.ticket, said_ms)
        if ticket is None or not await ticket_use.use(self._redis, ticket):
            raise Refused(CloseCode.BAD_TICKET, "bad ticket")
        return ticket

    def _welcome(self, actor: Actor) -> bytes:
        return frames.encode(
            frames.Welcome(
                connection_id=actor.origin.connection,
                user_id=actor.user_id,
                device_id=actor.device_id,
                epoch=self._epoch,
                heartbeat_seconds=self._settings.heartbeat_seconds,
                presence_threshold_seconds=self._settings.presence_threshold_seconds,
                server_time=timestamp(_now_ms()),
            )
        )

    async def _register(self, connection: Connection, actor: Actor) -> None:
        """Be in the connection cache. The word is given again while no answer comes, always with the first time."""
        registered = connection.registered = asyncio.Event()
        event = self._saying.connected(actor)
        deadline = time() + self._settings.register_seconds
        while not registered.is_set():
            if time() > deadline or connection.session.phase is Phase.CLOSED:
                raise Refused(CloseCode.OVERLOADED, "not registered in time")
            await self._saying.append(event)
            try:
                await asyncio.wait_for(registered.wait(), REGISTER_AGAIN_SECONDS)
            except TimeoutError:
                continue
        connection.registered = None


def _told_until(device: SignedIn) -> datetime | None:
    """Until when the device heard of receipts, surely: what was sent to it around its last sign may be lost."""
    return None if device.seen_at is None else device.seen_at - TOLD_BEFORE


def _now_ms() -> int:
    return int(time() * 1000)
