"""From a bare machine to all that the stack needs: `python3 -m infra.local.bootstrap`. Standard library only.

Every step is skipped when its stamp says that it is done, so this stands before every `make` target.
"""

import fcntl
import sys
import time

from infra.local.bootstrap import jars, node, packages, python
from infra.local.bootstrap.fault import BootstrapFault, say
from infra.local.places import LIBS


def run() -> None:
    python.require_python()
    LIBS.mkdir(parents=True, exist_ok=True)
    with (LIBS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two at once would write into the same folders
        started = time.monotonic()
        absent = jars.missing()
        packages.ensure(packages.requirements(needs_maven=bool(absent), needs_venv=not python.has_venv()))
        needs_python = not python.is_installed()
        if needs_python:
            python.install()
        for name in absent:
            jars.fetch(name)
        needs_node = node.is_there() and not node.is_installed()
        if needs_node:
            node.install()
        if absent or needs_python or needs_node:
            say(f"ready after {time.monotonic() - started:.0f} s")


def main() -> int:
    try:
        run()
    except BootstrapFault as fault:
        sys.stderr.write(f"bootstrap: {fault}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
