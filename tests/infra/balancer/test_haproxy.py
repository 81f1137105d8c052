"""The real balancer before small real servers: who gets which request, and when it counts as ready."""

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import probes
from infra.local.processes import end, mark_of
from infra.local.programs import find_on_path, require
from infra.local.services import BALANCER_CONFIG
from infra.local.waiting import wait_until
from tests.infra.local.parts import free_port

# Answers with its own name, the path and the client's address as the balancer tells it.
NAMED = """
import http.server, sys

class Named(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{sys.argv[1]} {self.path} {self.headers['X-Forwarded-For']}".encode())

http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Named).serve_forever()
"""
HOST = "127.0.0.1"


class Balanced:
    """The balancer with the servers that were started behind it."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._ports = {name: free_port() for name in ("api", "gateway-1", "gateway-2")}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        # Servers first, as in the stack: the balancer takes each for alive until a check says otherwise.
        for name in self._ports:
            self.start(name)
        servers = {f"BALANCER_{name.upper().replace('-', '_')}": port for name, port in self._ports.items()}
        addresses = {name: f"{HOST}:{port}" for name, port in {"BALANCER_BIND": self.port, **servers}.items()}
        environment = {**os.environ, **addresses, "BALANCER_STATS": str(folder / "b.sock")}
        command = [require(find_on_path("haproxy"), "HAProxy"), "-db", "-f", str(BALANCER_CONFIG)]
        self._processes["balancer"] = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)

    def start(self, name: str) -> None:
        command = [sys.executable, "-c", NAMED, name, str(self._ports[name])]
        self._processes[name] = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_until(lambda: probes.http_at("/")(HOST, self._ports[name]), name, 15)

    def stop(self, name: str) -> None:
        process = self._processes.pop(name)
        mark = mark_of(process.pid)
        end([mark] if mark else [], patience_seconds=5)
        process.wait()

    def stop_all(self) -> None:
        for name in [*self._processes]:
            self.stop(name)

    def is_ready(self) -> bool:
        return probes.http_at("/balancer/readyz")(HOST, self.port)

    def get(self, path: str, headers: dict[str, str] | None = None) -> str:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", path, headers=headers or {})
            return connection.getresponse().read().decode()
        finally:
            connection.close()


@pytest.fixture
def balanced(tmp_path: Path) -> Iterator[Balanced]:
    balanced = Balanced(tmp_path)
    wait_until(balanced.is_ready, "the balancer", 15)
    yield balanced
    balanced.stop_all()


class TestBalancer:
    def test_socket_goes_to_a_gateway(self, balanced: Balanced) -> None:
        assert balanced.get("/v1/socket").startswith("gateway-")

    @pytest.mark.parametrize("path", ["/", "/v1/socket/x", "/v1/users/me?handle=a", "/healthz", "/readyz"])
    def test_all_else_goes_to_the_api(self, balanced: Balanced, path: str) -> None:
        assert f"api {path} {HOST}" == balanced.get(path)

    def test_client_cannot_claim_another_address(self, balanced: Balanced) -> None:
        assert f"api / {HOST}" == balanced.get("/", {"X-Forwarded-For": "203.0.113.7"})

    def test_other_gateway_takes_over_when_one_is_gone(self, balanced: Balanced) -> None:
        balanced.stop("gateway-1")

        assert {"gateway-2"} == {balanced.get("/v1/socket").split()[0] for _ in range(10)}

    def test_not_ready_without_gateways_and_ready_again(self, balanced: Balanced) -> None:
        balanced.stop("gateway-1")
        balanced.stop("gateway-2")
        wait_until(lambda: not balanced.is_ready(), "the balancer to notice", 10)

        balanced.start("gateway-2")

        wait_until(balanced.is_ready, "the balancer to notice", 10)
