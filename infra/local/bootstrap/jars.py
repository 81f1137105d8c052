"""Kafka's and Cassandra's jars, by Maven, into one folder each."""

import os
import shutil
import subprocess
from pathlib import Path

from infra.local.bootstrap.fault import BootstrapFault, say
from infra.local.bootstrap.stamps import digest_of, is_done, mark_done
from infra.local.places import LIBS
from infra.local.programs import find_java, find_on_path, require

POMS = Path(__file__).resolve().parents[1] / "poms"
NAMES = ("kafka", "cassandra")


def missing() -> list[str]:
    return [name for name in NAMES if not is_done(_stamp(name), digest_of(_pom(name)))]


def fetch(name: str) -> None:
    """Fetch beside the place and move it there when complete: an interrupted run leaves nothing half done."""
    say(f"fetching the jars of {name}")
    partial = LIBS / f"{name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    java_home = Path(require(find_java(), "Java")).resolve().parents[1]
    # -C: a jar whose checksum does not match is an error.
    options = ["-q", "-B", "-C", "-f", str(_pom(name)), f"-DoutputDirectory={partial}"]
    done = subprocess.run(
        [require(find_on_path("mvn"), "Maven"), *options, "dependency:copy-dependencies"],
        env={**os.environ, "JAVA_HOME": str(java_home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BootstrapFault(f"Maven could not fetch the jars of {name}:\n{done.stdout[-3000:]}")
    _stamp(name).unlink(missing_ok=True)
    shutil.rmtree(LIBS / name, ignore_errors=True)
    partial.rename(LIBS / name)
    mark_done(_stamp(name), digest_of(_pom(name)))


def _pom(name: str) -> Path:
    return POMS / f"{name}.xml"


def _stamp(name: str) -> Path:
    return LIBS / f"{name}.stamp"
