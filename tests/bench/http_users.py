"""Users made as clients make them, over HTTP; kept in a file and used again while the stack lives."""

import asyncio
import secrets
from collections.abc import Awaitable, Iterable
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec

from tests.bench.users import BenchUser

CACHE = Path(".local/bench/users.json")
PASSWORD = "correct horse battery staple"
# Argon2 takes some 30 ms of a core for each sign-up and sign-in: more at once only makes a queue.
CONCURRENCY = 16
# Open calls are limited for each address and minute; the loopback has addresses enough.
SOURCE_ADDRESSES = tuple(f"127.0.0.{last}" for last in range(2, 34))


Result = TypeVar("Result")


class Device(msgspec.Struct):
    handle: str
    user_id: str
    device_id: str
    refresh_token: str


class Session(msgspec.Struct):
    user_id: str
    device_id: str
    access_token: str
    refresh_token: str


class Ticket(msgspec.Struct):
    ticket: str


class ApiError(Exception):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text[:200]}")
        self.status = status


class HttpUsers:
    """Devices by HTTP. Refresh tokens rotate, so the file is written again after every use."""

    is_quick = False

    def __init__(self, url: str, cache: Path = CACHE) -> None:
        self._url = url
        self._cache = cache
        self._clients: list[aiohttp.ClientSession] = []
        self._calls = 0

    async def devices(self, *, users: int, per_user: int) -> list[BenchUser]:
        known = self._load()
        handles = list(dict.fromkeys(device.handle for device in known))[:users]
        new = [f"bench_{secrets.token_hex(8)}" for _ in range(users - len(handles))]
        await _bounded(self._sign_up(handle) for handle in new)
        handles += new
        # Device d of user u stands at d * users + u: the first `users` devices are different people.
        wanted = [handle for _ in range(per_user) for handle in handles]
        reusable = _by_handle(known)
        sessions = await _bounded(self._session(handle, reusable) for handle in wanted)
        self._save(wanted, sessions, reusable)
        return [self._bench_user(session) for session in sessions]

    async def close(self) -> None:
        for client in self._clients:
            await client.close()

    async def _sign_up(self, handle: str) -> None:
        await self._post("/v1/accounts", {"handle": handle, "display_name": handle, "password": PASSWORD})

    async def _session(self, handle: str, reusable: dict[str, list[Device]]) -> Session:
        while reusable.get(handle):
            device = reusable[handle].pop(0)
            try:
                answer = await self._post("/v1/sessions/refresh", {"refresh_token": device.refresh_token})
                return msgspec.json.decode(answer, type=Session)
            except ApiError as error:
                if error.status != 401:
                    raise
        return await self._sign_in(handle)

    async def _sign_in(self, handle: str) -> Session:
        call = {"handle": handle, "password": PASSWORD, "device_name": "bench"}
        try:
            answer = await self._post("/v1/sessions", call)
        except ApiError as error:
            if error.status != 401:
                raise
            # The stack was wiped since: the handle is free again.
            await self._sign_up(handle)
            answer = await self._post("/v1/sessions", call)
        return msgspec.json.decode(answer, type=Session)

    def _bench_user(self, session: Session) -> BenchUser:
        headers = {"Authorization": f"Bearer {session.access_token}"}

        async def ticket() -> str:
            return msgspec.json.decode(await self._post("/v1/tickets", None, headers), type=Ticket).ticket

        return BenchUser(session.user_id, session.device_id, ticket)

    async def _post(self, path: str, call: dict[str, str] | None, headers: dict[str, str] | None = None) -> bytes:
        while True:
            async with self._client().post(self._url + path, json=call, headers=headers) as answer:
                if answer.status in (429, 503):
                    await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
                    continue
                if answer.status >= 400:
                    raise ApiError(answer.status, await answer.text())
                return await answer.read()

    def _client(self) -> aiohttp.ClientSession:
        if not self._clients:
            self._clients = [
                aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=(address, 0), limit=4))
                for address in SOURCE_ADDRESSES
            ]
        self._calls += 1
        return self._clients[self._calls % len(self._clients)]

    def _load(self) -> list[Device]:
        if not self._cache.exists():
            return []
        return msgspec.json.decode(self._cache.read_bytes(), type=list[Device])

    def _save(self, handles: list[str], sessions: list[Session], unused: dict[str, list[Device]]) -> None:
        used = [
            Device(handle, session.user_id, session.device_id, session.refresh_token)
            for handle, session in zip(handles, sessions, strict=True)
        ]
        self._cache.parent.mkdir(parents=True, exist_ok=True)
        self._cache.write_bytes(msgspec.json.encode(used + [device for rest in unused.values() for device in rest]))


def _by_handle(devices: Iterable[Device]) -> dict[str, list[Device]]:
    found: dict[str, list[Device]] = {}
    for device in devices:
        found.setdefault(device.handle, []).append(device)
    return found


async def _bounded(calls: Iterable[Awaitable[Result]]) -> list[Result]:
    gate = asyncio.Semaphore(CONCURRENCY)

    async def one(call: Awaitable[Result]) -> Result:
        async with gate:
            return await call

    return await asyncio.gather(*(one(call) for call in calls))
