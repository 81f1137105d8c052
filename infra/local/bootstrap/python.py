"""The virtualenv: exactly what the lock file names, checked by hash, and the project itself, editable."""

import shutil
import subprocess
import sys

from infra.local.bootstrap.fault import BootstrapFault, say
from infra.local.bootstrap.stamps import digest_of, is_done, mark_done
from infra.local.places import ROOT, VENV, VENV_PYTHON

LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
STAMP = VENV / "installed.stamp"
PYTHON_MIN = (3, 11)


def require_python() -> None:
    if sys.version_info[:2] < PYTHON_MIN:
        wanted = ".".join(map(str, PYTHON_MIN))
        raise BootstrapFault(f"Python {wanted} is needed, this is {sys.version.split()[0]}: make PYTHON=python{wanted}")


def has_venv() -> bool:
    """A virtualenv whose Python is gone (the system's was upgraded) counts as none."""
    if not VENV_PYTHON.exists():
        return False
    return subprocess.run([VENV_PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode == 0


def is_installed() -> bool:
    return VENV_PYTHON.exists() and is_done(STAMP, _digest())


def install() -> None:
    if not has_venv():
        say(f"making {VENV.name} with Python {sys.version.split()[0]}")
        shutil.rmtree(VENV, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(VENV)], "make the virtualenv")
    say("installing the Python packages of requirements.lock")
    pip = [str(VENV_PYTHON), "-m", "pip", "install", "-q", "--no-input"]
    _run([*pip, "--require-hashes", "-r", str(LOCK)], "install requirements.lock")
    # The build backend is in the lock file too: nothing unpinned is fetched for building.
    _run([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], "install the project")
    mark_done(STAMP, _digest())


def _digest() -> str:
    # The interpreter is no part of it: one that is gone is noticed by its link, and any other would serve.
    return digest_of(LOCK, PROJECT)


def _run(command: list[str], purpose: str) -> None:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BootstrapFault(f"could not {purpose}:\n{done.stdout[-3000:]}")
