"""Where this machine has the programs that the stack runs. Standard library only: the bootstrap uses it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from infra.local.places import VENV

JAVA_MAJOR = 17  # the newest that Cassandra 5.0 supports, the oldest that Kafka 4 runs on


def find_java() -> Path | None:
    """A Java of the right version: JAVA_HOME, then Debian's folders, then PATH."""
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    homes += sorted(Path("/usr/lib/jvm").glob(f"*{JAVA_MAJOR}*"))
    candidates = [home / "bin" / "java" for home in homes]
    on_path = shutil.which("java")
    if on_path:
        candidates.append(Path(on_path))
    return next((java for java in candidates if os.access(java, os.X_OK) and java_major(java) == JAVA_MAJOR), None)


def java_major(java: Path) -> int | None:
    """The version from the `release` file beside it: starting a JVM to ask costs a tenth of a second."""
    release = java.resolve().parents[1] / "release"
    if release.is_file():
        text = release.read_text()
    else:
        text = subprocess.run([str(java), "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'(?:JAVA_VERSION=|version )"(\d+)', text)
    return int(found.group(1)) if found else None


def find_postgres() -> Path | None:
    """PostgreSQL's server; Debian keeps it out of PATH, in a folder per version."""
    by_version = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parents[1].name)
    )
    on_path = shutil.which("postgres")
    # The real path matters: initdb is looked for beside it.
    candidates = [*by_version[-1:], *([Path(on_path).resolve()] if on_path else [])]
    return candidates[0] if candidates else None


def find_on_path(name: str) -> Path | None:
    """As `which`, but also in the folders of system programs, which a user's PATH may lack."""
    found = shutil.which(name, path=os.environ.get("PATH", os.defpath) + ":/usr/local/sbin:/usr/sbin:/sbin")
    return Path(found) if found else None


def find_in_venv(name: str) -> Path | None:
    """A program that a Python package brings."""
    program = VENV / "bin" / name
    return program if program.exists() else None


def require(found: Path | None, name: str) -> str:
    """The program, or one clear error."""
    if found is None:
        raise FileNotFoundError(f"{name} is not installed: run `make install`")
    return str(found)
