"""The whole system on one machine, as an object: what `make`, the tests, the bench and the chaos test drive.

stack = Stack(LocalSettings(state=Path(".local/test"), port_offset=20_000))
stack.up()
stack.kill("kafka", signal.SIGKILL)  # supervisor starts it again
stack.wait_ready("kafka", timeout_seconds=30)
stack.down()
"""

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from infra.dashboards.scraping import RULES, prometheus_config
from infra.local.faults import StackFault
from infra.local.folders import Folders
from infra.local.initialize import initialize_kafka, initialize_postgres, remove_foreign_lock
from infra.local.parts import Part
from infra.local.places import ROOT, VENV_PYTHON
from infra.local.processes import command_of, listener_of
from infra.local.readiness import tail_of, wait_until_ready
from infra.local.render import render_stores
from infra.local.services import balancer, demo, make_fake_push_keys, prometheus_settings, services
from infra.local.settings import HOST, LocalSettings
from infra.local.stores import stores
from infra.local.supervision import Supervision
from infra.local.supervisor_client import KEPT, State
from infra.local.targets import targets


@dataclass(frozen=True, slots=True)
class PartStatus:
    name: str
    pid: int | None
    address: str
    state: str
    is_ready: bool
    log: Path


class Stack:
    def __init__(
        self,
        settings: LocalSettings | None = None,
        *,
        service_parts: Sequence[Part] | None = None,
        variables: Mapping[str, str] | None = None,
        service_variables: Mapping[str, str] | None = None,
        say: Callable[[str], None] = lambda _text: None,
    ) -> None:
        """`service_parts` replace the project's own processes; `variables` reach all parts, `service_variables` these
        alone, and win: they may say that a store is elsewhere."""
        self.settings = settings or LocalSettings()
        self._folders = Folders(self.settings.folder)
        self._variables = dict(variables or {})
        self._say = say
        self._stores = stores(self.settings)
        own = services(self.settings) if service_parts is None else service_parts
        more = service_variables or {}
        self._services = tuple(replace(part, environment={**part.environment, **more}) for part in own)
        self._balancer = balancer(self.settings)
        self._guests = (demo(self.settings),) if self.settings.demo and service_parts is None else ()
        all_parts = (*self._stores, *self._services, self._balancer, *self._guests)
        self._parts: dict[str, Part] = {part.name: part for part in all_parts}
        self._supervision = Supervision(self._folders)

    # ---- the whole

    def up(self) -> None:
        """From whatever state to a running system; harmless when it runs."""
        with self._locked():
            self.start_stores()
            self.migrate()
            self.start_services()

    def start_stores(self) -> None:
        self._prepare()
        self._start_and_wait(self._stores)

    def migrate(self) -> None:
        """Topics, tables, keyspaces: idempotent."""
        self._say("migrating")
        self._folders.make()
        log = self._folders.log("migrations")
        with log.open("w") as output:
            done = subprocess.run(
                [str(VENV_PYTHON), "-m", "infra.migrations"],
                cwd=ROOT,
                env={**os.environ, **self.environment()},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=self.settings.ready_timeout_seconds,
                check=False,
            )
        if done.returncode:
            raise StackFault(f"the migrations failed{tail_of(log)}")

    def start_services(self) -> None:
        self._prepare()
        self._start_and_wait(self._services)
        self._start_and_wait((self._balancer,))
        self._start_and_wait(self._guests)

    def down(self) -> None:
        """Guests first, then services, so that they can still write; the balancer, the stores, supervisord."""
        with self._locked():
            if self._supervision.is_up():
                for phase in (self._guests, self._services, (self._balancer,), self._stores):
                    self._stop(phase)
                self._supervision.shut_down()
            self._supervision.clean_up()

    def reset(self) -> None:
        """As if it had never run; jars and virtualenv stay."""
        self.down()
        for folder in (self._folders.data, self._folders.config, self._folders.logs, self._folders.run):
            shutil.rmtree(folder, ignore_errors=True)

    # ---- one part

    def names(self) -> tuple[str, ...]:
        """In the order of starting."""
        return tuple(self._parts)

    def part(self, name: str) -> Part:
        return self._parts[name]

    def pid(self, name: str) -> int | None:
        return self._supervision.client.look_at(name).pid

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal behind supervisor's back, as a crash would come."""
        pid = self.pid(name)
        if pid is None:
            raise StackFault(f"{name} does not run")
        os.kill(pid, number)

    def stop(self, name: str) -> None:
        """End it, and let it stay down."""
        self._stop((self._parts[name],))

    def start(self, name: str) -> None:
        self._start(self._parts[name])

    def restart(self, name: str) -> None:
        """End it in good order and start it; returns when it is started, not yet ready."""
        self.stop(name)
        self.start(name)

    def wait_ready(self, name: str, timeout_seconds: float | None = None) -> float:
        """Returns after how many seconds it served."""
        timeout_seconds = timeout_seconds or self.settings.ready_timeout_seconds
        return wait_until_ready(self._parts[name], self._supervision.client, self._folders.log(name), timeout_seconds)

    def log(self, name: str) -> Path:
        return self._folders.log(name)

    # ---- what others need to know

    def environment(self) -> Mapping[str, str]:
        """The BACKCHANNEL_ variables with which a process finds this stack."""
        return {**self._variables, **self.settings.environment()}

    def status(self) -> list[PartStatus]:
        is_up = self._supervision.is_up()
        return [self._status(part, is_up=is_up) for part in self._parts.values()]

    def _status(self, part: Part, *, is_up: bool) -> PartStatus:
        kept = self._supervision.client.look_at(part.name) if is_up else None
        is_ready = kept is not None and kept.pid is not None and part.is_ready()
        state = "ready" if is_ready else (kept.state if kept else State.STOPPED).name.lower()
        address = f"{HOST}:{part.port}"
        return PartStatus(part.name, kept.pid if kept else None, address, state, is_ready, self.log(part.name))

    # ---- how

    def _prepare(self) -> None:
        self._folders.make()
        render_stores(self.settings)
        initialize_kafka(self.settings)
        initialize_postgres(self.settings)
        make_fake_push_keys(self.settings)
        if self.settings.prometheus:
            config = prometheus_config(targets(self.settings), str(RULES))
            prometheus_settings(self.settings).write_text(config)
        self._supervision.ensure(self._parts.values(), self.environment())

    def _start_and_wait(self, parts: Iterable[Part]) -> None:
        """All at once, then each in turn: the slowest decides."""
        parts = tuple(parts)
        started = time.monotonic()
        for part in parts:
            self._start(part)
        for part in parts:
            self.wait_ready(part.name)
            self._say(f"{part.name} is ready after {time.monotonic() - started:.1f} s")

    def _start(self, part: Part) -> None:
        if self._supervision.client.look_at(part.name).state in KEPT:
            return
        for port in part.ports:
            self._refuse_foreign_listener(part, port)
        if part.name == "postgres":
            remove_foreign_lock(self.settings)
        self._supervision.client.start(part.name)

    def _stop(self, parts: Iterable[Part]) -> None:
        parts = tuple(parts)
        patience_seconds = max((part.stop_timeout_seconds for part in parts), default=0) + 10
        self._supervision.stop([part.name for part in parts], patience_seconds)

    def _refuse_foreign_listener(self, part: Part, port: int) -> None:
        pid = listener_of(port)
        if pid is None:
            return
        who = f"pid {pid} ({command_of(pid)[:200]})" if pid else "a process of another user"
        raise StackFault(
            f"port {port}, which {part.name} needs, is in use by {who}:"
            " end it, or set BACKCHANNEL_LOCAL_PORT_OFFSET and BACKCHANNEL_LOCAL_STATE for a stack of its own"
        )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Two commands at once on one stack wait for each other."""
        self._folders.make()
        with (self._folders.state / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
