"""Probes against servers that answer wrongly or not at all; the right answers come from the real stores."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from infra.local import probes
from tests.infra.local.parts import free_port

HOST = "127.0.0.1"
ALL = [
    probes.redis,
    probes.postgres,
    probes.cassandra,
    probes.kafka,
    probes.http_at("/readyz"),
    probes.seaweedfs(master_port=1),
]


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A server that answers one connection with these bytes and closes it."""
    with socket.create_server((HOST, 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


class TestProbes:
    @pytest.mark.parametrize("probe", ALL)
    def test_not_ready_when_nobody_listens(self, probe: Callable[[str, int], bool]) -> None:
        assert not probe(HOST, free_port())

    @pytest.mark.parametrize("probe", ALL)
    @pytest.mark.parametrize("answer", [b"", b"\0", b"\0" * 64, b"-LOADING Redis is loading\r\n"])
    def test_not_ready_when_answered_wrongly(self, probe: Callable[[str, int], bool], answer: bytes) -> None:
        with answering(answer) as port:
            assert not probe(HOST, port)

    def test_http_not_ready_when_unavailable(self) -> None:
        with answering(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n") as port:
            assert not probes.http_at("/readyz")(HOST, port)

    def test_seaweedfs_not_ready_while_its_master_places_nothing(self) -> None:
        with (
            answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as port,
            answering(b"HTTP/1.1 406 Not Acceptable\r\nContent-Length: 0\r\n\r\n") as master_port,
        ):
            assert not probes.seaweedfs(master_port=master_port)(HOST, port)

    def test_kafka_not_ready_without_a_broker(self) -> None:
        with answering(b"\0\0\0\x1a" + b"\0\0\0\7" + b"\0\0\0\0" + b"\0\0\0\0") as port:
            assert not probes.kafka(HOST, port)

    def test_postgres_not_ready_while_it_starts(self) -> None:
        with answering(b"E\0\0\0\x20SFATAL\0C57P03\0\0") as port:
            assert not probes.postgres(HOST, port)
