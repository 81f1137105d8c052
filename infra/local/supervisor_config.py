"""supervisord's configuration for a stack: every part is kept alive, none starts by itself."""

import os
import shlex
from collections.abc import Iterable, Mapping

from infra.local.folders import Folders
from infra.local.parts import Part
from infra.local.places import ROOT
from infra.local.priorities import nice_of

LAUNCHER = ROOT / "infra" / "local" / "launch.sh"
LOG_BYTES_MAX = 20_000_000


def supervisor_config(folders: Folders, parts: Iterable[Part], environment: Mapping[str, str]) -> str:
    sections = [_daemon(folders), *(_program(folders, part, environment) for part in parts)]
    return "\n".join(sections)


def _daemon(folders: Folders) -> str:
    # Without a line for the user supervisord warns each time that root starts it.
    user = ["user=root"] if os.geteuid() == 0 else []
    lines = [
        "[unix_http_server]",
        f"file={_literal(folders.socket)}",
        "chmod=0600",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
        "[supervisord]",
        f"pidfile={_literal(folders.run / 'supervisord.pid')}",
        f"logfile={_literal(folders.log('supervisord'))}",
        f"directory={_literal(ROOT)}",
        *user,
    ]
    return "\n".join(lines) + "\n"


def _program(folders: Folders, part: Part, environment: Mapping[str, str]) -> str:
    # By `env` instead of supervisor's own `environment=`, which has no way to write a quote.
    variables = [f"{name}={value}" for name, value in sorted({**environment, **part.environment}.items())]
    priority = ["nice", "-n", str(nice_of(part.name))]
    command = shlex.join([str(LAUNCHER), str(folders.mark(part.name)), *priority, "env", *variables, *part.command])
    lines = [
        f"[program:{part.name}]",
        f"command={_literal(command)}",
        f"directory={_literal(ROOT)}",
        # The stack starts them in order; from then on every exit is a fault and is followed by a start at
        # once: with startsecs=0 no exit counts as too early, so supervisor never backs off nor gives up.
        "autostart=false",
        "autorestart=true",
        "startsecs=0",
        "startretries=1000000",
        f"stopsignal={part.stop_signal}",
        f"stopwaitsecs={part.stop_timeout_seconds}",
        "stopasgroup=true",
        "killasgroup=true",
        "redirect_stderr=true",
        f"stdout_logfile={_literal(folders.log(part.name))}",
        f"stdout_logfile_maxbytes={LOG_BYTES_MAX}",
        "stdout_logfile_backups=1",
    ]
    return "\n".join(lines) + "\n"


def _literal(value: object) -> str:
    """Supervisor expands %(…)s in every value; what its format cannot carry at all is an error here."""
    text = str(value)
    if any(mark in text for mark in ("\n", " ;", " #")):
        raise ValueError(f"supervisor's configuration cannot hold this value: {text!r}")
    return text.replace("%", "%%")
