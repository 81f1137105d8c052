"""What the figures were measured on: without it they mean nothing."""

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

import msgspec
import psutil

LIBRARIES = (
    "picows",
    "uvloop",
    "websockets",
    "faust-streaming",
    "confluent-kafka",
    "cassandra-driver",
    "redis",
    "psycopg",
    "msgspec",
    "fastapi",
    "uvicorn",
)
PROGRAMS = (
    ("redis-server", "--version"),
    ("postgres", "--version"),
    ("haproxy", "-v"),
    ("java", "--version"),
)


class Machine(msgspec.Struct, frozen=True):
    cores: int
    cpu: str
    memory_gib: float
    kernel: str
    python: str
    commit: str
    libraries: dict[str, str]
    programs: dict[str, str]
    load_average: float


def describe_machine() -> Machine:
    return Machine(
        cores=os.cpu_count() or 0,
        cpu=_cpu(),
        memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
        kernel=platform.release(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        commit=_first_line("git", "describe", "--always", "--dirty") or "unknown",
        libraries={name: found for name in LIBRARIES if (found := _version(name))},
        programs={call[0]: found for call in PROGRAMS if (found := _first_line(*call))},
        load_average=round(os.getloadavg()[0], 2),
    )


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _first_line(*call: str) -> str | None:
    try:
        said = subprocess.run(call, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return said.splitlines()[0].strip() if said.strip() else None
