"""A scripted server with people in it, for whole runs of the terminal client."""

import msgspec
from aiohttp import web

from tests.clients.builders import ALICE, BOB, message, row, snapshot, synced, welcome
from tests.clients.scripted_server import Line, ScriptedServer, problem

PASSWORD = "a long password"
_USERS = {"alice": ALICE, "bob": BOB}


class House(ScriptedServer):
    """Bob has an account and has written `head_seq` messages to Alice, who has none yet."""

    def __init__(self, head_seq: int = 0) -> None:
        timeline = [message(seq) for seq in range(1, head_seq + 1)]
        super().__init__(self._confirm, timeline=timeline)
        self.handles = {"bob"}
        self.texts: list[str] = []

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/v1/accounts", self._sign_up)
        app.router.add_post("/v1/sessions", self._sign_in)
        app.router.add_get("/v1/users", self._users)
        app.router.add_get("/v1/users/me", self._me)

    async def _confirm(self, line: Line) -> None:
        head_seq = len(self.timeline)
        await line.send(
            welcome(), snapshot(*([row(head_seq, unread=2)] if head_seq else [])), synced(recovered=False)
        )
        while True:
            frame = await line.receive()
            text = frame["body"]["text"]  # type: ignore[index]
            self.texts.append(text)
            client_id = str(frame["client_id"])
            sent = message(len(self.timeline) + 1, sender=ALICE, client_id=client_id, text=text)
            self.timeline.append(sent)
            await line.send(sent, message(len(self.timeline) + 1, text=f"echo {text}"))
            self.timeline.append(message(len(self.timeline) + 1, text=f"echo {text}"))

    async def _sign_up(self, request: web.Request) -> web.Response:
        handle = (await request.json())["handle"]
        if handle in self.handles:
            return problem(409, "conflict")
        self.handles.add(handle)
        return _answer(_profile(handle), 201)

    async def _sign_in(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body["handle"] not in self.handles or body["password"] != PASSWORD:
            return problem(401, "unauthenticated")
        tokens = {"access_token": "access-1", "refresh_token": "refresh-1", "expires_in": 60}
        return _answer({"user_id": ALICE, "device_id": "d", **tokens}, 201)

    async def _users(self, request: web.Request) -> web.Response:
        wanted = request.query.get("handle")
        ids = request.query.get("ids", "").split(",")
        found = [handle for handle, user_id in _USERS.items() if handle == wanted or user_id in ids]
        return _answer({"users": [_profile(handle) for handle in found]})

    async def _me(self, _: web.Request) -> web.Response:
        return _answer(_profile("alice"))


def _profile(handle: str) -> dict[str, str]:
    return {"user_id": _USERS[handle], "handle": handle, "display_name": handle.title()}


def _answer(body: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")
