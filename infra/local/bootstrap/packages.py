"""Debian's packages: which programs are missing; they are installed without starting Debian's services."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.bootstrap import node
from infra.local.bootstrap.fault import BootstrapFault, say
from infra.local.programs import JAVA_MAJOR, find_java, find_on_path, find_postgres

POLICY = Path("/usr/sbin/policy-rc.d")
EMOJI = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")


@dataclass(frozen=True)
class Requirement:
    """A program that must be on this machine."""

    what: str
    package: str
    is_there: Callable[[], bool]
    service: str | None = None  # Debian would start it, now and at every boot; the stack runs its own


def requirements(*, needs_maven: bool, needs_venv: bool) -> list[Requirement]:
    wanted = [
        Requirement(
            f"a Java {JAVA_MAJOR} runtime (or JAVA_HOME set to one)",
            f"openjdk-{JAVA_MAJOR}-jre-headless",
            lambda: find_java() is not None,
        ),
        Requirement("Redis 7", "redis-server", lambda: find_on_path("redis-server") is not None, "redis-server"),
        Requirement("PostgreSQL 15 or newer", "postgresql", lambda: find_postgres() is not None, "postgresql"),
        Requirement("HAProxy", "haproxy", lambda: find_on_path("haproxy") is not None, "haproxy"),
        Requirement("kcat", "kcat", lambda: find_on_path("kcat") is not None),  # the analysts' examples read with both
        Requirement("jq", "jq", lambda: find_on_path("jq") is not None),
    ]
    # With promtool, by which the tests hold alert rules to account. The stack runs it only where it is asked to.
    wanted.append(
        Requirement("Prometheus", "prometheus", lambda: find_on_path("promtool") is not None, "prometheus")
    )
    if node.is_there():
        # The tests look at the web client as people do; its pictures show what they react with.
        wanted.append(Requirement("Chromium", "chromium", lambda: find_on_path("chromium") is not None))
        wanted.append(Requirement("a font of emoji", "fonts-noto-color-emoji", EMOJI.exists))
    if needs_maven:
        wanted.append(Requirement("Maven", "maven", lambda: find_on_path("mvn") is not None))
    if needs_venv:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        wanted.append(Requirement("Python's venv", package, lambda: importlib.util.find_spec("ensurepip") is not None))
    return wanted


def ensure(wanted: list[Requirement]) -> None:
    """Install what is missing, or say exactly what to install."""
    missing = [requirement for requirement in wanted if not requirement.is_there()]
    if not missing:
        return
    packages = [requirement.package for requirement in missing]
    if not shutil.which("apt-get"):
        raise BootstrapFault("please install: " + ", ".join(requirement.what for requirement in missing))
    if os.geteuid() != 0:
        command = "apt-get install --no-install-recommends " + " ".join(packages)
        raise BootstrapFault(f"missing programs; as root, run:\n  apt-get update && {command}")
    say("installing " + ", ".join(packages))
    install(packages)
    _keep_from_booting([requirement.service for requirement in missing if requirement.service])
    still = [requirement.what for requirement in missing if not requirement.is_there()]
    if still:
        raise BootstrapFault("installed, but still not found: " + ", ".join(still))


def install(packages: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with _services_stay_off():
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            done = subprocess.run(
                ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            if done.returncode:
                raise BootstrapFault(f"apt-get {' '.join(arguments)} failed:\n{done.stdout[-3000:]}")


@contextmanager
def _services_stay_off() -> Iterator[None]:
    """A policy-rc.d that forbids starts while we install. One that is there already is left alone."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)


def _keep_from_booting(services: list[str]) -> None:
    """Else the next boot starts them on the stack's ports. Only for what was installed just now."""
    if services and shutil.which("systemctl"):
        subprocess.run(["systemctl", "disable", *services], capture_output=True, check=False)
