"""Parts under a real supervisord: kept alive, ended, and found again after a crash of supervisord itself."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.faults import StackFault
from infra.local.folders import Folders
from infra.local.parts import Part
from infra.local.processes import Mark, end, is_alive, mark_of, read_mark
from infra.local.readiness import wait_until_ready
from infra.local.supervision import Supervision
from infra.local.supervisor_client import Kept, State
from infra.local.waiting import wait_until
from tests.infra.local.parts import broken_part, free_port, serving_part

TIMEOUT_SECONDS = 20


class Bed:
    """A stack's folders, a supervisord in them, and one part that serves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folders = Folders(folder / "state")
        self.folders.make()
        self.supervision = Supervision(self.folders)
        self.part = serving_part("served", folder, free_port())

    def start(self, *parts: Part, greeting: str = "hello") -> None:
        self.supervision.ensure(parts or (self.part,), {"BACKCHANNEL_GREETING": greeting})
        for part in parts or (self.part,):
            self.supervision.client.start(part.name)
            self.wait(part)

    def wait(self, part: Part) -> None:
        log = self.folders.log(part.name)
        wait_until_ready(part, self.supervision.client, log, TIMEOUT_SECONDS)

    def mark(self) -> Mark:
        mark = read_mark(self.folders.mark("served"))
        assert mark is not None
        return mark

    def daemon_pid(self) -> int:
        return int((self.folders.run / "supervisord.pid").read_text())


@pytest.fixture
def bed(tmp_path: Path) -> Iterator[Bed]:
    bed = Bed(tmp_path)
    yield bed
    if bed.supervision.is_up():
        bed.supervision.shut_down()
    bed.supervision.clean_up()


class TestSupervision:
    def test_restarted_when_killed(self, bed: Bed) -> None:
        bed.start()
        killed = bed.mark()

        os.kill(killed.pid, signal.SIGKILL)

        wait_until(lambda: bed.supervision.client.look_at("served").pid not in (None, killed.pid), "a start", 10)
        bed.wait(bed.part)
        assert not is_alive(killed)

    def test_stays_down_when_stopped(self, bed: Bed) -> None:
        bed.start()

        bed.supervision.stop(["served"], TIMEOUT_SECONDS)

        assert bed.supervision.client.look_at("served").pid is None
        assert not bed.part.is_ready()

    def test_what_came_with_newer_code_is_stopped(self, bed: Bed) -> None:
        """`make down` of a new version ends a stack that an older one started, which lacks some parts."""
        bed.start()

        bed.supervision.stop(["newer", "served"], TIMEOUT_SECONDS)

        assert Kept(State.STOPPED, None) == bed.supervision.client.look_at("newer")
        assert not bed.part.is_ready()

    def test_orphans_ended_when_supervisord_was_killed(self, bed: Bed) -> None:
        bed.start()
        orphan, daemon = bed.mark(), mark_of(bed.daemon_pid())
        assert daemon is not None
        os.kill(daemon.pid, signal.SIGKILL)
        wait_until(lambda: not is_alive(daemon), "supervisord to be gone", 5)
        assert is_alive(orphan)

        bed.start()

        assert not is_alive(orphan)
        assert is_alive(bed.mark())

    def test_left_alone_when_nothing_changed(self, bed: Bed) -> None:
        bed.start()
        before = bed.mark()

        bed.supervision.ensure((bed.part,), {"BACKCHANNEL_GREETING": "hello"})

        assert before == bed.mark()
        assert is_alive(before)

    def test_started_anew_when_its_environment_changed(self, bed: Bed) -> None:
        bed.start()
        before = bed.mark()

        bed.start(greeting='50 % "off"')

        assert not is_alive(before)
        environment = Path(f"/proc/{bed.mark().pid}/environ").read_bytes().split(b"\0")
        assert b'BACKCHANNEL_GREETING=50 % "off"' in environment

    def test_part_that_cannot_start_is_named_with_its_log(self, bed: Bed) -> None:
        part = broken_part("broken", bed.folder, free_port())

        with pytest.raises(StackFault, match=r"broken ended 5 times(?s:.*)no such store"):
            bed.start(part)

    def test_values_that_the_format_cannot_hold_are_refused(self, bed: Bed) -> None:
        with pytest.raises(ValueError, match="cannot hold"):
            bed.start(greeting="two\nlines")


class TestEnd:
    def test_foreign_process_spared_when_pid_was_used_again(self) -> None:
        me = mark_of(os.getpid())
        assert me is not None

        end([Mark(me.pid, me.started_ticks - 1)], patience_seconds=1)

        assert is_alive(me)
