"""The web client's own tools, by npm, where Node.js is: they build and test it. Who only runs the system needs none."""

import subprocess

from infra.local.bootstrap.fault import say
from infra.local.bootstrap.stamps import digest_of, is_done, mark_done
from infra.local.places import ROOT
from infra.local.programs import find_on_path

CLIENTS = ROOT / "clients"
FILES = ("package.json", "package-lock.json", ".npmrc", "typescript/package.json", "web/package.json")
INSTALL_SECONDS = 300
STAMP = CLIENTS / "node_modules" / "installed.stamp"


def is_there() -> bool:
    return find_on_path("npm") is not None


def is_installed() -> bool:
    return is_done(STAMP, _digest())


def install() -> None:
    """Exactly what the lock file names. The built page is there in any case, so a failure ends nothing."""
    say("installing the web client's tools")
    try:
        subprocess.run(
            ["npm", "ci"],
            cwd=CLIENTS,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_SECONDS,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as fault:
        say(f"npm could not: the page cannot be built or tested here. {fault}\n{str(fault.output or '')[-2000:]}")
    else:
        mark_done(STAMP, _digest())


def _digest() -> str:
    return digest_of(*(CLIENTS / name for name in FILES))
