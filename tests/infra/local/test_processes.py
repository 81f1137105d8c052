"""What /proc tells."""

import os
import socket
from pathlib import Path

from infra.local.processes import listener_of, mark_of, read_mark
from tests.infra.local.parts import free_port


class TestListenerOf:
    def test_named_when_somebody_listens(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            assert os.getpid() == listener_of(server.getsockname()[1])

    def test_none_when_nobody_listens(self) -> None:
        assert listener_of(free_port()) is None


class TestMark:
    def test_read_as_the_launcher_writes_it(self, tmp_path: Path) -> None:
        mark = mark_of(os.getpid())
        assert mark is not None
        (tmp_path / "part.pid").write_text(f"{mark.pid} {mark.started_ticks}\n")

        assert mark == read_mark(tmp_path / "part.pid")

    def test_none_when_torn_or_missing(self, tmp_path: Path) -> None:
        (tmp_path / "torn.pid").write_text("12")

        assert read_mark(tmp_path / "torn.pid") is None
        assert read_mark(tmp_path / "missing.pid") is None

    def test_none_for_a_process_that_ended(self) -> None:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)

        assert mark_of(pid) is None
