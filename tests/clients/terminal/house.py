"""A scripted server with people in it, for whole runs of the terminal client."""

from datetime import timedelta

import msgspec
from aiohttp import web

from clients.python.frames import AnyTimelineEvent, GroupCreated, PresenceChanged, ReadAdvanced
from tests.clients import builders
from tests.clients.builders import ALICE, BOB, CONVERSATION, GROUP, START, message, row, snapshot, synced, welcome
from tests.clients.scripted_server import Json, Line, ScriptedServer, problem

PASSWORD = "a long password"
_USERS = {"alice": ALICE, "bob": BOB}


class House(ScriptedServer):
    """Bob has an account and has written `head_seq` messages to Alice, who has none yet. He answers and reads."""

    def __init__(self, head_seq: int = 0) -> None:
        timeline: list[AnyTimelineEvent] = [message(seq) for seq in range(1, head_seq + 1)]
        super().__init__(self._converse, timeline=timeline)
        self.handles = {"bob"}
        self.texts: list[str] = []
        self.said: list[Json] = []
        self.called: list[tuple[str, object]] = []
        self.line: Line | None = None

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/v1/accounts", self._sign_up)
        app.router.add_post("/v1/sessions", self._sign_in)
        app.router.add_get("/v1/users", self._users)
        app.router.add_get("/v1/users/me", self._me)
        app.router.add_get("/v1/users/{user_id}/presence", self._presence)
        app.router.add_get("/v1/conversations/{id}", self._conversation)
        app.router.add_get("/v1/conversations/{id}/messages/{message_id}/receipts", self._receipts)
        app.router.add_patch("/v1/conversations/{id}/preferences", self._mute)
        app.router.add_put("/v1/blocks/{user_id}", self._block)
        app.router.add_delete("/v1/blocks/{user_id}", self._block)

    async def _converse(self, line: Line) -> None:
        self.line, head_seq = line, len(self.timeline)
        await line.send(welcome(), snapshot(*([row(head_seq, unread=2)] if head_seq else [])), synced(recovered=False))
        while True:
            frame = await line.receive()
            self.said.append(frame)
            await self._answer(line, frame)

    async def _answer(self, line: Line, frame: Json) -> None:
        seq, client_id = len(self.timeline) + 1, str(frame.get("client_id"))
        match frame["type"]:
            case "SendMessage":
                text = frame["body"]["text"]  # type: ignore[index]
                self.texts.append(text)
                sent = message(seq, sender=ALICE, client_id=client_id, text=text, reply_to=frame.get("reply_to"))
                echo = message(seq + 1, text=f"echo {text}")
                read = ReadAdvanced(conversation_id=CONVERSATION, user_id=BOB, from_seq=0, to_seq=seq, at=START)
                self.timeline += [sent, echo]
                await line.send(sent, echo, read)
            case "SubscribePresence":
                for user_id in frame["user_ids"]:  # type: ignore[attr-defined]
                    await line.send(PresenceChanged(user_id=user_id, is_online=True))
            case "CreateGroup":
                created = GroupCreated(
                    conversation_id=GROUP,
                    seq=1,
                    at=START,
                    actor_id=ALICE,
                    client_id=client_id,
                    name=str(frame["name"]),
                    member_ids=(ALICE, BOB),
                )
                await line.send(created)
            case "UnsubscribePresence" | "SetTyping":
                pass
            case _:
                await self._change(line, frame, seq)

    async def _change(self, line: Line, frame: Json, seq: int) -> None:
        """The other commands each become one event, of the same fields."""
        event = builders.event_of(frame, seq=2 if frame["conversation_id"] == GROUP else seq, actor_id=ALICE)
        if frame["conversation_id"] != GROUP:
            self.timeline.append(event)
        await line.send(event)

    async def _conversation(self, request: web.Request) -> web.Response:
        members = [builders.member(user_id, delivered_seq=0, read_seq=0) for user_id in (ALICE, BOB)]
        head_seq = len(self.timeline)
        return _answer(builders.described(row(head_seq, unread=min(2, head_seq)), *members))

    async def _receipts(self, _: web.Request) -> web.Response:
        delivered_at = START + timedelta(minutes=1)
        return _answer({"members": [{"user_id": BOB, "delivered_at": delivered_at, "read_at": None}]})

    async def _presence(self, request: web.Request) -> web.Response:
        user_id = request.match_info["user_id"]
        return _answer({"user_id": user_id, "is_online": False, "last_seen_at": START})

    async def _mute(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.called.append(("mute", body["muted_until"] is not None))
        return _answer(body)

    async def _block(self, request: web.Request) -> web.Response:
        self.called.append((request.method, request.match_info["user_id"]))
        return web.Response(status=204)

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
