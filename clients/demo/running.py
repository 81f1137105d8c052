"""The demo of a stack: the people are made, the echo lives, and beside it what they have said is said, once."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from clients.demo.echo import Echo
from clients.demo.patience import patiently
from clients.demo.people import ECHO, PASSWORD, PEOPLE, sign_up
from clients.demo.plays import plays
from clients.demo.seeding import seed
from clients.python import Api, ApiError, BackchannelError
from clients.terminal.session_file import SessionFile

HOST = "127.0.0.1"
DEVICE = "echo"
SEED_AGAIN_SECONDS = 30.0
log = logging.getLogger(__name__)


async def run(url: str, *, port: int, state: Path) -> None:
    """Until it is cancelled. `state` is a folder for the echo's session, and the mark that all was said."""
    file, seeded = SessionFile(url, ECHO.handle, DEVICE, folder=state), Mark(state / "seeded")
    async with Api(url, on_credentials=file.save) as api:
        if not seeded.is_there():
            for person in PEOPLE:
                await patiently(lambda person=person: sign_up(api, person))  # type: ignore[misc]
        try:
            await patiently(lambda: _sign_in(api, file))
        except ApiError as error:
            log.error("the echo stays away, for somebody else has its handle: %s", error)  # noqa: TRY400  said in words
            async with _serving(port, lambda: True):
                await asyncio.Event().wait()
        echo = Echo(api)
        async with _serving(port, lambda: echo.is_well), asyncio.TaskGroup() as tasks:
            tasks.create_task(echo.run())
            tasks.create_task(_seed_once(url, seeded))


@dataclass(frozen=True, slots=True)
class Mark:
    """A file that says that something was done: a short cut, for the conversations themselves say so too."""

    path: Path

    def is_there(self) -> bool:
        return self.path.exists()

    def leave(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch()


async def _seed_once(url: str, seeded: Mark) -> None:
    while not seeded.is_there():
        try:
            await seed(url, PEOPLE, plays())
            seeded.leave()
            log.info("the people have said what they had to say")
        except (BackchannelError, TimeoutError) as error:
            if isinstance(error, ApiError) and error.code == "unauthenticated":
                log.error("nothing is said, for somebody else has one of the handles: %s", error)  # noqa: TRY400  said in words
                return
            log.warning("they were interrupted, and go on in %.0f s: %s", SEED_AGAIN_SECONDS, error)
            await asyncio.sleep(SEED_AGAIN_SECONDS)


async def _sign_in(api: Api, file: SessionFile) -> None:
    """As the device that it was before, if there is one: nothing is missed, and devices do not pile up."""
    api.credentials = file.load()
    if api.credentials is not None:
        try:
            await api.me()
        except ApiError as error:
            if error.status not in (400, 401, 403, 404):
                raise
            api.credentials = None  # signed out, or another stack's
        else:
            return
    await api.sign_in(ECHO.handle, PASSWORD, device_name=DEVICE)


@contextlib.asynccontextmanager
async def _serving(port: int, is_ready: Callable[[], bool]) -> AsyncIterator[None]:
    """`/healthz` and `/readyz`, on the loopback interface only."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({})

    async def readyz(_: web.Request) -> web.Response:
        return web.json_response({}, status=200 if is_ready() else 503)

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    try:
        yield
    finally:
        await runner.cleanup()
