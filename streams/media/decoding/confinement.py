"""The walls around a worker and its children (the package says why). They only ever get higher; never opened again."""

import os
import resource
import signal

from streams.media.decoding import kernel, landlock, seccomp

NICENESS = 10
DESCRIPTORS_MAX = 32


def isolate_worker() -> tuple[str, ...]:
    """For the whole worker, once: no network, low priority, gone with its parent. Names what the kernel refused."""
    missing = []
    os.nice(NICENESS)
    _offer_to_the_oom_killer()
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if not kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC):
        missing.append("namespaces")
    _limit(resource.RLIMIT_CORE, 0)
    return tuple(missing)


def confine_child(
    source: str, folder: str, *, memory_bytes_max: int, cpu_seconds_max: int, file_bytes_max: int
) -> tuple[str, ...]:
    """For a child, before it opens `source`. Names what the kernel refused."""
    # The soft limit ends it by SIGXCPU, which tells the worker why; the hard one ends who ignores that.
    _limit(resource.RLIMIT_CPU, cpu_seconds_max, cpu_seconds_max + 1)
    _limit(resource.RLIMIT_AS, memory_bytes_max)
    _limit(resource.RLIMIT_FSIZE, file_bytes_max)
    _limit(resource.RLIMIT_NOFILE, DESCRIPTORS_MAX)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    program = seccomp.program(os.getpid())
    walls = {
        "landlock": landlock.restrict(source, folder),
        "capabilities": kernel.drop_capabilities(),
        "seccomp": program is not None and kernel.install_filter(program),
    }
    return tuple(name for name, stands in walls.items() if not stands)


def _limit(which: int, soft: int, hard: int | None = None) -> None:
    """Or lower, where the machine sets a lower one already."""
    _, bound = resource.getrlimit(which)
    wanted = soft if hard is None else hard
    kept = wanted if bound == resource.RLIM_INFINITY else min(wanted, bound)
    resource.setrlimit(which, (min(soft, kept), kept))


def _offer_to_the_oom_killer() -> None:
    try:
        with open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123 — Path.write_text would truncate first
            score.write("1000")
    except OSError:
        pass  # not allowed to: the limit of memory holds all the same
