"""A fake-push of these tests' own, as a process, and settings that lead to it."""

import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from infra.fake_push.keys import APNS_KEY, APNS_TEAM, APNS_TOPIC, KeyFiles
from infra.local.waiting import wait_until
from streams.notification.settings import PushSettings
from tests.fake_push import FakePush

ROOT = Path(__file__).parents[4]
READY_SECONDS = 20.0
TIMEOUT_SECONDS = 0.5


@dataclass(frozen=True)
class Server:
    url: str
    settings: PushSettings


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("fake-push") / "keys"
    port, apns_port = free_port(), free_port()
    url, files = f"http://127.0.0.1:{port}", KeyFiles(folder)
    own = {"PORT": port, "APNS_PORT": apns_port, "KEYS": folder, "URL": url}
    environment = {f"BACKCHANNEL_FAKE_PUSH_{name}": str(value) for name, value in own.items()}
    process = subprocess.Popen([sys.executable, "-m", "infra.fake_push"], cwd=ROOT, env={**os.environ, **environment})
    wait_until(lambda: is_ready(url), "fake-push", READY_SECONDS)
    yield Server(
        url,
        PushSettings(
            push_timeout_seconds=TIMEOUT_SECONDS,
            fcm_url=url,
            fcm_service_account=files.service_account,
            apns_url=f"https://127.0.0.1:{apns_port}",
            apns_ca=files.ca,
            apns_key=files.apns_key,
            apns_key_id=APNS_KEY,
            apns_team_id=APNS_TEAM,
            apns_topic=APNS_TOPIC,
        ),
    )
    process.terminate()
    assert process.wait(READY_SECONDS) == 0


@pytest.fixture
async def fake_push(server: Server) -> AsyncIterator[FakePush]:
    fake_push = FakePush(server.url)
    yield fake_push
    await fake_push.close()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).is_success
    except httpx.TransportError:
        return False
