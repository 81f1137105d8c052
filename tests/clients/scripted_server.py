"""A server on a real socket that a test scripts: tickets and timelines over HTTP, frames as the test says."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Self

import msgspec
from aiohttp import WSMsgType, web

from clients.python.frames import AnyFrame, AnyTimelineEvent, ConversationSummary
from tests.clients.builders import wire

Json = dict[str, object]


class Line:
    """The server's end of one socket."""

    def __init__(self, socket: web.WebSocketResponse, number: int) -> None:
        self._socket = socket
        self.number = number
        self.hello: Json = {}
        self.receipts: list[Json] = []

    async def send(self, *frames: AnyFrame) -> None:
        for frame in frames:
            await self._socket.send_str(wire(frame))

    async def receive(self) -> Json:
        """The next frame of the client; heartbeats are left out, receipts kept apart."""
        while True:
            incoming = await self._socket.receive(timeout=10)
            if incoming.type is not WSMsgType.TEXT:
                raise ConnectionError(incoming.type)
            frame: Json = json.loads(incoming.data)
            if str(frame["type"]).startswith("Acknowledge"):
                self.receipts.append(frame)
            elif frame["type"] != "Heartbeat":
                return frame

    async def receive_heartbeat(self) -> Json:
        frame: Json = json.loads(await self._socket.receive_str(timeout=10))
        return frame

    async def close(self, code: int) -> None:
        await self._socket.close(code=code)

    async def wait_closed(self) -> None:
        while not self._socket.closed:
            await self._socket.receive()


Script = Callable[[Line], Awaitable[None]]


@dataclass
class ScriptedServer:
    """Runs the script once for each socket, after its Hello."""

    script: Script
    timeline: list[AnyTimelineEvent] = field(default_factory=list)
    conversations: dict[str, ConversationSummary] = field(default_factory=dict)
    good_tokens: set[str] = field(default_factory=lambda: {"access-1"})
    refreshed: list[str] = field(default_factory=list)
    ticket_problems: list[int] = field(default_factory=list)
    hellos: list[Json] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    url: str = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/v1/socket", self._socket)
        app.router.add_post("/v1/tickets", self._ticket)
        app.router.add_post("/v1/sessions/refresh", self._refresh)
        app.router.add_get("/v1/conversations/{conversation_id}/timeline", self._timeline)
        self.add_routes(app)
        app.router.add_get("/v1/conversations/{conversation_id}", self._conversation)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        if self.faults:
            raise self.faults[0]

    def add_routes(self, app: web.Application) -> None:
        """For those that need more."""

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["backchannel.v1"], autoping=True)
        await socket.prepare(request)
        line = Line(socket, len(self.hellos) + 1)
        line.hello = await line.receive()
        self.hellos.append(line.hello)
        try:
            await self.script(line)
        except (ConnectionError, TimeoutError):
            pass  # the client has gone
        except Exception as error:  # noqa: BLE001  the test must see it
            self.faults.append(error)
        return socket

    async def _ticket(self, request: web.Request) -> web.Response:
        if self.ticket_problems:
            status = self.ticket_problems.pop(0)
            return problem(status, "unavailable", retry_after="0.01")
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.good_tokens:
            return problem(401, "unauthenticated")
        return web.json_response({"ticket": "ticket-1", "expires_in": 30}, status=201)

    async def _refresh(self, request: web.Request) -> web.Response:
        token = (await request.json())["refresh_token"]
        self.refreshed.append(token)
        if token != "refresh-1":
            return problem(401, "unauthenticated")
        self.good_tokens = {"access-2"}
        return web.json_response(
            {
                "user_id": "u",
                "device_id": "d",
                "access_token": "access-2",
                "refresh_token": "refresh-2",
                "expires_in": 60,
            }
        )

    async def _conversation(self, request: web.Request) -> web.Response:
        summary = self.conversations.get(request.match_info["conversation_id"])
        if summary is None:
            return problem(404, "not-found")
        return web.Response(body=msgspec.json.encode(summary), content_type="application/json")

    async def _timeline(self, request: web.Request) -> web.Response:
        limit = int(request.query.get("limit", 50))
        if "after" in request.query:
            events = [event for event in self.timeline if event.seq > int(request.query["after"])]
            shown = events[:limit]
        else:
            before = int(request.query.get("before", 2**60))
            events = [event for event in self.timeline if event.seq < before]
            shown = events[-limit:]
        page = {"events": shown, "has_more": len(events) > limit}
        return web.Response(body=msgspec.json.encode(page), content_type="application/json")


def problem(status: int, code: str, *, retry_after: str | None = None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return web.json_response(
        {"code": code, "title": code}, status=status, content_type="application/problem+json", headers=headers
    )
