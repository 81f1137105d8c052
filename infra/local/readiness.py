"""Waiting until a part serves, and giving up early on one that keeps falling over."""

from pathlib import Path

from infra.local.faults import StackFault
from infra.local.parts import Part
from infra.local.supervisor_client import KEPT, SupervisorClient
from infra.local.waiting import wait_until

STARTS_MAX = 5  # a part that ended this often before it served is broken, not slow
LOG_LINES_SHOWN = 15


def wait_until_ready(part: Part, client: SupervisorClient, log: Path, timeout_seconds: float) -> float:
    """Returns after how many seconds it served."""
    pids: set[int] = set()

    def is_ready() -> bool:
        kept = client.look_at(part.name)
        if kept.pid:
            pids.add(kept.pid)
        if kept.state not in KEPT:
            raise StackFault(f"{part.name} does not run: {kept.state.name}{tail_of(log)}")
        if len(pids) > STARTS_MAX:
            raise StackFault(f"{part.name} ended {STARTS_MAX} times before it was ready{tail_of(log)}")
        # Without a pid it is between two starts: whoever answers on its port then is somebody else.
        return kept.pid is not None and part.is_ready()

    try:
        return wait_until(is_ready, f"{part.name} to be ready", timeout_seconds)
    except StackFault as fault:
        raise StackFault(str(fault) if str(log) in str(fault) else f"{fault}{tail_of(log)}") from None


def tail_of(log: Path) -> str:
    """The last lines of a log, ready to stand at the end of a message."""
    lines = log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:] if log.exists() else []
    return "".join(f"\n  {line}" for line in (f"the last lines of {log}:", *lines))
