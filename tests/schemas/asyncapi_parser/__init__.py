"""AsyncAPI's own parser, installed by npm when a test first asks for it: exactly what the lock file names."""

import fcntl
import shutil
import subprocess
from pathlib import Path

from infra.local.bootstrap.stamps import digest_of, is_done, mark_done
from infra.local.places import LIBS

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json", ".npmrc", "check.mjs")
HOME = LIBS / "asyncapi-parser"
STAMP = HOME / "installed.stamp"
INSTALL_SECONDS = 240
CHECK_SECONDS = 60


def install() -> None:
    """Beside the jars, once for all stacks of this clone."""
    digest = digest_of(*(HERE / name for name in FILES))
    LIBS.mkdir(parents=True, exist_ok=True)
    with (LIBS / "asyncapi-parser.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two at once would write into the same folder
        if is_done(STAMP, digest):
            return
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir()
        for name in FILES:
            shutil.copy(HERE / name, HOME / name)
        _run(["npm", "ci"], INSTALL_SECONDS)
        mark_done(STAMP, digest)


def diagnostics(document: bytes) -> list[str]:
    """What the parser finds wrong: errors and warnings, one a line."""
    return _run(["node", "check.mjs"], CHECK_SECONDS, document).splitlines()


def _run(command: list[str], seconds: int, input_: bytes = b"") -> str:
    done = subprocess.run(command, cwd=HOME, input=input_, capture_output=True, timeout=seconds, check=False)
    assert done.returncode == 0, f"{command}: {(done.stdout + done.stderr).decode()[-3000:]}"
    return done.stdout.decode()
