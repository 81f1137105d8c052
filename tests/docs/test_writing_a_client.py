"""The small client of `docs/writing-a-client.md`: nothing lost, nothing twice, whatever its connection does."""

import asyncio
import contextlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from clients.python import Api
from clients.python.commands import SendMessage
from clients.python.events import Body
from infra.local.places import ROOT
from tests.docs.pages import page, titled

FILES = titled(page("writing-a-client.md"))
PASSWORD = "correct horse battery"
MESSAGES = 30
SEEN_SECONDS = 60.0


@pytest.fixture
def small_client(tmp_path: Path) -> Any:
    """The page's own module."""
    path = tmp_path / "small_client.py"
    path.write_text(FILES["client.py"])
    spec = importlib.util.spec_from_file_location("small_client", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
async def ben(api_url: str) -> AsyncIterator[Api]:
    async with Api(api_url) as api:
        await sign_up(api, "ben")
        yield api


async def sign_up(api: Api, name: str) -> str:
    handle = f"{name}_{uuid4().hex[:12]}"
    await api.create_account(handle, name, PASSWORD)
    await api.sign_in(handle, PASSWORD, device_name="test")
    return handle


async def say(api: Api, to_user_id: str, text: str) -> None:
    await api.command(SendMessage(client_id=str(uuid4()), body=Body("text", text=text), to_user_id=to_user_id))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SEEN_SECONDS):
        while not condition():  # noqa: ASYNC110  the page's client has no event for it
            await asyncio.sleep(0.05)


class TestClient:
    async def test_everything_once_and_in_order(self, small_client: Any, ben: Api, api_url: str) -> None:
        seen: list[dict[str, Any]] = []
        device = small_client.Device(api_url, seen.append)
        async with Api(api_url) as api:
            handle = await sign_up(api, "ann")
        await device.sign_in(handle, PASSWORD)
        running = asyncio.create_task(device.run())
        await until(lambda: device.is_synced)
        await say(ben, device.user_id, "0")
        await until(lambda: bool(seen))  # from now on it has a cursor: without one it would begin with a Snapshot
        for number in range(1, MESSAGES):
            await say(ben, device.user_id, f"{number}")
            if number % 10 == 5:
                device.socket.transport.abort()
        assert ben.credentials is not None
        await device.send(ben.credentials.user_id, "mine")  # while it may be away
        await until(lambda: len(seen) > MESSAGES and not device.outbox)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await device.http.aclose()
        assert list(range(1, MESSAGES + 2)) == [event["seq"] for event in seen]
        told = [event["body"]["text"] for event in seen if event["sender_id"] != device.user_id]
        assert [f"{number}" for number in range(MESSAGES)] == told


class TestLibrary:
    async def test_says_and_hears(self, ben: Api, api_url: str, tmp_path: Path) -> None:
        script = tmp_path / "with_the_library.py"
        script.write_text(FILES["with_the_library.py"])
        me = await ben.me()
        async with Api(api_url) as api:
            handle = await sign_up(api, "ann")
            ann = (await api.me()).user_id
        assert me.handle is not None
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(script), api_url, handle, PASSWORD, me.handle,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        assert b"in the log, at 1\n" == await asyncio.wait_for(process.stdout.readline(), SEEN_SECONDS)
        await say(ben, ann, "hello yourself")
        assert f"{me.handle} says hello yourself\n".encode() == await asyncio.wait_for(
            process.stdout.readline(), SEEN_SECONDS
        )
        assert 0 == await process.wait()
