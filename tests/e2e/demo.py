"""People beside the demo, and its process."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

from clients.demo.people import PASSWORD, Person, sign_up
from clients.python import Api, Client, MessageSent
from clients.python.resources import ConversationPage
from infra.local import probes
from infra.local.places import ROOT
from tests.infra.local.parts import free_port

DONE_SECONDS = 120.0
LOOK_SECONDS = 0.1


@contextlib.asynccontextmanager
async def signed_in(url: str, person: Person) -> AsyncIterator[Api]:
    async with Api(url) as api:
        await api.sign_in(person.handle, PASSWORD, device_name="test")
        yield api


async def newcomer(api: Api, name: str = "visitor") -> Person:
    person = Person(f"{name}{uuid4().hex[:10]}", name.title())
    await sign_up(api, person)
    return person


async def inbox(api: Api) -> ConversationPage:
    """As it is when all that the log had is folded: a connection is told so, and this one says nothing itself."""
    async with Client(api, acknowledges_delivery=False) as client:
        await client.wait_synced()
        return await api.conversations()


async def texts(api: Api, conversation_id: str) -> list[str | None]:
    page = await api.timeline(conversation_id, limit=200)
    return [event.text for event in page.events if isinstance(event, MessageSent)]


class Demo:
    """The process that `make up` starts, with a folder of its own."""

    def __init__(self, url: str, folder: Path) -> None:
        self.seeded = folder / "seeded"
        self._port = free_port()
        self._command = [sys.executable, "-m", "clients.demo", "run"]
        self._command += ["--url", url, "--port", str(self._port), "--state", str(folder)]
        self._log = folder / "log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(*self._command, cwd=ROOT, stdout=log, stderr=log)

    async def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        await self._process.wait()

    async def wait_seeded(self) -> None:
        await until(self.seeded.exists, self._log.read_text)
        assert probes.http_at("/readyz")("127.0.0.1", self._port)


async def until(condition: Callable[[], bool], says: Callable[[], str]) -> None:
    for _ in range(int(DONE_SECONDS / LOOK_SECONDS)):
        if condition():
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise AssertionError(says())
