"""The thin server: websockets in, sessions driven, nothing known of what the frames say."""

import asyncio
import logging
import uuid
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from gateway.acknowledging import Acknowledging
from gateway.composing import Composing
from gateway.connection import Connection
from gateway.counting import FRAMES_IN, RATE_LIMITED
from gateway.incarnation import Incarnation
from gateway.last_signs import LastSigns
from gateway.listening import listen
from gateway.opening import Opening
from gateway.registry import Registry
from gateway.saying import Saying
from gateway.session import (
    Acknowledge,
    Action,
    Asked,
    Close,
    Open,
    Session,
    Submit,
    Subscribe,
    Typing,
    Unsubscribe,
)
from gateway.settings import GatewaySettings
from gateway.silence import Silence
from gateway.submitting import Submitting
from gateway.watching import Watching
from infra.stores.user_limits import UserLimits
from infra.telemetry import exposition
from schemas import frames
from schemas.close_codes import CloseCode
from schemas.commands import Origin
from schemas.door import Actor

log = logging.getLogger(__name__)


class GatewayServer:
    def __init__(
        self,
        settings: GatewaySettings,
        *,
        registry: Registry,
        incarnation: Incarnation,
        opening: Opening,
        submitting: Submitting,
        acknowledging: Acknowledging,
        watching: Watching,
        composing: Composing,
        silence: Silence,
        saying: Saying,
        last_signs: LastSigns,
        limits: UserLimits,
    ) -> None:
        self._settings = settings
        self._registry = registry
        self._incarnation = incarnation
        self._opening = opening
        self._submitting = submitting
        self._acknowledging = acknowledging
        self._watching = watching
        self._composing = composing
        self._silence = silence
        self._saying = saying
        self._last_signs = last_signs
        self._limits = limits
        self._is_draining = False
        self._now = asyncio.get_running_loop().time

    def listen(self) -> AbstractAsyncContextManager[Server]:
        """The server, to be entered."""
        settings = self._settings
        return listen(self._handle, settings.gateway_host, settings.gateway_port, answer=self._answer)

    def _answer(self, socket: ServerConnection, request: Request) -> Response | None:
        match request.path:
            case "/v1/socket" if self._is_ready:
                return None
            case "/healthz":
                return socket.respond(HTTPStatus.OK, "alive\n")
            case "/readyz" if self._is_ready:
                return socket.respond(HTTPStatus.OK, "ready\n")
            case exposition.PATH:
                return _metrics()
            case "/readyz" | "/v1/socket":
                return socket.respond(HTTPStatus.SERVICE_UNAVAILABLE, "not ready\n")
            case _:
                return socket.respond(HTTPStatus.NOT_FOUND, "there is only /v1/socket\n")

    @property
    def _is_ready(self) -> bool:
        return self._incarnation.name is not None and not self._is_draining

    async def _handle(self, socket: ServerConnection) -> None:
        incarnation = self._incarnation.name
        if incarnation is None or self._is_draining:
            await socket.close(CloseCode.OVERLOADED, "not ready")
            return
        if socket.request:
            socket.request.headers.clear()  # 3 KiB a connection, never looked at again
        if socket.response:
            socket.response.headers.clear()
        origin = Origin(self._settings.gateway_name, incarnation, str(uuid.uuid4()))
        session = Session(self._settings, self._now())
        connection = Connection(socket, session, origin, self._settings.write_buffer_bytes_max)
        self._registry.add(connection)
        try:
            await self._drive(socket, connection)
        except ConnectionClosed:
            pass
        finally:
            session.close(CloseCode.DRAINING, "gone")
            self._gone(connection)

    def _gone(self, connection: Connection) -> None:
        self._registry.remove(connection)
        self._watching.gone(connection)
        self._composing.gone(connection)
        self._last_signs.gone(connection)
        if connection.actor is not None:
            self._saying.disconnected(connection, connection.actor)

    async def _drive(self, socket: ServerConnection, connection: Connection) -> None:
        """Hello within its time, then frame after frame until the socket closes."""
        try:
            async with asyncio.timeout(self._settings.hello_seconds):
                first = await socket.recv()
        except TimeoutError:
            connection.close(CloseCode.PROTOCOL_ERROR, "no Hello in time")
            await socket.wait_closed()
            return
        action = self._receive(connection, first)
        if not isinstance(action, Open):
            connection.perform(action)
            await socket.wait_closed()
            return
        opening = asyncio.create_task(self._opening.open(connection, action.hello))
        del action, first
        try:
            self._silence.listen(connection)
            await self._frames(socket, connection)
        finally:
            opening.cancel()
            await asyncio.wait([opening])

    async def _frames(self, socket: ServerConnection, connection: Connection) -> None:
        async for data in socket:
            action = self._receive(connection, data)
            if action is None:
                continue
            if isinstance(action, Asked):
                if (actor := await connection.identified()) is None:
                    break
                if not (wait := self._limits.take(actor.user_id, is_message=_is_message(action))):
                    await self._carry_out(action, connection, actor)
                    continue
                RATE_LIMITED.inc()
                action = connection.session.limited(action.frame, wait, self._now())
            connection.perform(action)
            if isinstance(action, Close):
                break

    async def _carry_out(self, action: Asked, connection: Connection, actor: Actor) -> None:
        """What a client asks for, in the order of its frames."""
        match action:
            case Submit(frame):
                self._composing.submitted(connection, actor, frame)
                await self._submitting.submit(connection, actor, frame)
            case Acknowledge(frame):
                self._acknowledging.acknowledge(connection, actor, frame)
            case Typing(frame):
                self._composing.set(connection, actor, frame)
            case Subscribe(frame):
                self._watching.subscribe(connection, actor, frame)
            case Unsubscribe(frame):
                self._watching.unsubscribe(connection, frame)

    def _receive(self, connection: Connection, data: str | bytes) -> Action | None:
        FRAMES_IN.inc()
        if connection.is_silent:
            self._silence.broken(connection)
        if isinstance(data, bytes):
            return connection.session.receive_binary(self._now())
        return connection.session.receive(data.encode(), self._now())

    async def drain(self, server: Server) -> None:
        """Take no more connections, close those that are there (4000), spread over some seconds."""
        self._is_draining = True
        await self._registry.close_all(CloseCode.DRAINING, "draining", self._settings.drain_seconds)
        server.close()
        await server.wait_closed()


def _metrics() -> Response:
    """Not by `respond`, which takes all for text of its own type."""
    body = exposition.exposition()
    fields = {"Content-Type": exposition.CONTENT_TYPE, "Content-Length": str(len(body)), "Connection": "close"}
    return Response(HTTPStatus.OK, HTTPStatus.OK.phrase, Headers(fields), body)


def _is_message(action: Asked) -> bool:
    return isinstance(action.frame, frames.SendMessage)
