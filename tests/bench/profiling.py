"""Where a process's time goes while it is measured: py-spy's samples, as shares of functions."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

SAMPLES_PER_SECOND = 200
TOP = 12
EXIT_SECONDS = 30


class FunctionShare(msgspec.Struct, frozen=True):
    """Parts of the time that the process runs Python: `own` in the function itself, `total` with all that it called."""

    function: str
    own: float
    total: float


class Profile(msgspec.Struct, frozen=True):
    process: str
    functions: list[FunctionShare]


@contextmanager
def profiling(pids: Mapping[str, int], seconds: float, folder: Path) -> Iterator[list[Profile]]:
    """Samples the processes for so long from now, which slows them; the list is filled at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {name: folder / f"{name}.stacks" for name in pids}
    sampling = {name: _start(pid, seconds, files[name]) for name, pid in pids.items()}
    profiles: list[Profile] = []
    try:
        yield profiles
    finally:
        for name, sampler in sampling.items():
            sampler.wait(seconds + EXIT_SECONDS)
            if files[name].exists():
                profiles.append(Profile(name, shares(files[name].read_text().splitlines())))


def shares(stacks: Iterable[str], top: int = TOP) -> list[FunctionShare]:
    """From lines of `outermost;…;innermost count`."""
    own: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for line in stacks:
        stack, _, count = line.rpartition(" ")
        functions = stack.split(";")
        own[functions[-1]] += int(count)
        for function in set(functions):
            total[function] += int(count)
    samples = own.total()
    return [FunctionShare(name, count / samples, total[name] / samples) for name, count in own.most_common(top)]


def _start(pid: int, seconds: float, output: Path) -> subprocess.Popen[bytes]:
    program = str(Path(sys.executable).with_name("py-spy"))
    call: Sequence[str] = (
        program,
        "record",
        "--pid",
        str(pid),
        "--duration",
        str(max(int(seconds), 1)),
        "--rate",
        str(SAMPLES_PER_SECOND),
        "--format",
        "raw",
        "--function",
        "--gil",  # whoever has the interpreter's lock: threads that wait in C were sampled as if they worked
        "--output",
        str(output),
    )
    return subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
