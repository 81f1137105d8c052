"""Agents as processes of the operating system, started by a test and ended with it."""

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx

from infra.local.places import VENV_PYTHON
from infra.local.stack import Stack

ROOT = Path(__file__).parents[2]
LOOK_SECONDS = 0.03
READY_SECONDS = 60.0
END_SECONDS = 40.0


async def until(is_so: Callable[[], bool], what: str, timeout_seconds: float = 40.0) -> None:
    """Wait for a condition."""
    deadline = asyncio.get_running_loop().time() + timeout_seconds
    while not is_so():
        assert asyncio.get_running_loop().time() < deadline, f"waited in vain for {what}"
        await asyncio.sleep(LOOK_SECONDS)


class Agent:
    """One process; its output goes to a file of its own."""

    def __init__(self, name: str, environment: dict[str, str], log: Path) -> None:
        self._log = log
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._ready_url = f"http://127.0.0.1:{port}/readyz"
        with log.open("w") as output:
            self._process = subprocess.Popen(
                [str(VENV_PYTHON), "-m", "streams", name],
                cwd=ROOT,
                env={**environment, "BACKCHANNEL_HEALTH_PORT": str(port)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    async def ready(self) -> "Agent":
        """Wait until it has its partitions."""
        async with httpx.AsyncClient(trust_env=False) as http:
            deadline = asyncio.get_running_loop().time() + READY_SECONDS
            while not await self._is_ready(http):
                assert self.is_running, f"ended while starting:\n{self.output()}"
                assert asyncio.get_running_loop().time() < deadline, f"not ready:\n{self.output()}"
                await asyncio.sleep(LOOK_SECONDS)
        return self

    async def _is_ready(self, http: httpx.AsyncClient) -> bool:
        try:
            return (await http.get(self._ready_url)).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def is_paused(self) -> bool:
        state = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        return state == "T"

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Wait for its end; the exit code."""
        await until(lambda: not self.is_running, f"the agent to end:\n{self.output()[-3000:]}", END_SECONDS)
        return self._process.returncode

    async def terminate(self) -> int:
        self.signal(signal.SIGTERM)
        return await self.ended()

    def output(self) -> str:
        return self._log.read_text()

    async def said(self, text: str, times: int = 1) -> None:
        """Wait until it has logged `text`."""
        await until(lambda: self.output().count(text) >= times, f"{text!r} in:\n{self.output()[-3000:]}")


class Agents:
    """Starts agents of one name that find the stack; `end` ends all of them, however they are."""

    def __init__(self, stack: Stack, folder: Path, name: str) -> None:
        self._name = name
        self._stack = stack
        self._folder = folder
        self._started: list[Agent] = []

    def start(self, instance: str | None = None, **variables: object) -> Agent:
        """`variables` are settings in lower case; an empty `instance` is a dynamic member of the group. The usual one
        is the supervised agent's: whoever has it takes the partitions over at once (services.py)."""
        instance = f"{self._name}-1" if instance is None else instance
        settings = {"snapshot_seconds": 0.3, "session_timeout_seconds": 6, "instance": instance, **variables}
        clean = {name: value for name, value in os.environ.items() if not name.startswith("BACKCHANNEL_")}
        own = {f"BACKCHANNEL_{name.upper()}": str(value) for name, value in settings.items()}
        environment = {**clean, **self._stack.environment(), **own}
        agent = Agent(self._name, environment, self._folder / f"agent-{len(self._started)}.log")
        self._started.append(agent)
        return agent

    async def end(self) -> None:
        running = [agent for agent in self._started if agent.is_running]
        for agent in running:
            agent.signal(signal.SIGCONT)
            agent.signal(signal.SIGTERM)
        for agent in running:
            await agent.ended()
