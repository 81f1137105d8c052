"""First data of the stores: Kafka's format, PostgreSQL's cluster with our role and database.

Each is made beside its place and moved there when complete, so a crash in between leaves nothing half made.
"""

import base64
import secrets
import shutil
import subprocess
import uuid
from pathlib import Path

from infra.local.brokers import Broker, brokers
from infra.local.faults import StackFault
from infra.local.folders import Folders
from infra.local.places import LIBS
from infra.local.processes import command_of
from infra.local.programs import find_java, find_postgres, require
from infra.local.render import render_kafka
from infra.local.settings import ACCOUNT, LocalSettings
from infra.local.unprivileged import as_unprivileged, hand_over


def initialize_kafka(settings: LocalSettings) -> None:
    """All brokers' folders, of one cluster."""
    every = brokers(settings)
    # It must not begin with a dash, or the tool takes it for an option; the version's digit never makes one.
    cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes[6:] + uuid.uuid4().bytes[:6]).decode().rstrip("=")
    made = [(one.data / "meta.properties").exists() for one in every]
    is_another_number = any(made) and not all(made)
    if is_another_number or (Folders(settings.folder).data / f"kafka-{len(every) + 1}").exists():
        raise StackFault(f"the log was begun with another number of brokers than {len(every)}: run `make reset`")
    for broker in every:
        _initialize_broker(broker, cluster_id)


def _initialize_broker(broker: Broker, cluster_id: str) -> None:
    data, partial = broker.data, broker.data.with_name(f"{broker.name}.partial")
    if (data / "meta.properties").exists():
        return
    if any(path.is_dir() and not path.name.startswith("__cluster_metadata") for path in data.glob("*-[0-9]*")):
        raise StackFault(f"{data} holds topics, but its meta.properties is gone: restore it, or run `make reset`")
    for folder in (data, partial):
        shutil.rmtree(folder, ignore_errors=True)
    config = broker.config.with_name("kafka-format.properties")
    render_kafka(broker, partial, config)
    java = require(find_java(), "Java 17")
    tool = (
        "-cp",
        f"{LIBS / 'kafka'}/*",
        "kafka.tools.StorageTool",
        "format",
        "-t",
        cluster_id,
        "-c",
        str(config),
    )
    _run((java, *tool), "format Kafka's folder")
    partial.rename(data)


def initialize_postgres(settings: LocalSettings) -> None:
    folders = Folders(settings.folder)
    data, partial = folders.data / "postgres", folders.data / "postgres.partial"
    if (data / "PG_VERSION").exists():
        hand_over(data)
        return
    for folder in (data, partial):
        shutil.rmtree(folder, ignore_errors=True)
    partial.mkdir(mode=0o700)
    hand_over(partial)
    server = Path(require(find_postgres(), "PostgreSQL"))
    # Nobody needs the superuser's password: whoever owns the folder gets in without the network, as here.
    password = folders.config / "postgres-superuser"
    password.write_text(secrets.token_urlsafe())
    initdb = (str(server.with_name("initdb")), "-D", str(partial), "-U", "postgres", f"--pwfile={password}",
              "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")  # fmt: skip
    try:
        _run(as_unprivileged(initdb), "make PostgreSQL's cluster")
    finally:
        password.unlink()
    _make_database(server, partial)
    partial.rename(data)


def _make_database(server: Path, data: Path) -> None:
    """In single-user mode one line is one statement, and errors do not show in the exit code."""
    statements = f"CREATE ROLE {ACCOUNT} LOGIN PASSWORD '{ACCOUNT}'\nCREATE DATABASE {ACCOUNT} OWNER {ACCOUNT}\n"
    command = as_unprivileged((str(server), "--single", "-D", str(data), "postgres"))
    output = _run(command, "make the database", statements)
    if "ERROR" in output or "FATAL" in output:
        raise StackFault(f"could not make the database:\n{output}")


def _run(command: tuple[str, ...], purpose: str, given: str = "") -> str:
    done = subprocess.run(
        command, input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise StackFault(f"could not {purpose}:\n{done.stdout[-3000:]}")
    return done.stdout


def remove_foreign_lock(settings: LocalSettings) -> None:
    """PostgreSQL notices that its last server is gone, unless another process has got that pid since."""
    data = Folders(settings.folder).data / "postgres"
    lock = data / "postmaster.pid"
    pid = lock.read_text().partition("\n")[0].strip() if lock.exists() else ""
    if pid.isdigit() and str(data) not in command_of(int(pid)):
        lock.unlink()
