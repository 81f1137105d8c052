"""How a process begins to speak of itself: once, before all else."""

from collections.abc import Mapping

from infra.telemetry import logs, metrics, tracing
from infra.telemetry.settings import TelemetrySettings


def begin(name: str, log_levels: Mapping[str, int]) -> None:
    """`name`: the process's own; `log_levels`: of loggers that say too much."""
    settings = TelemetrySettings()
    logs.configure(name, settings.logs, log_levels)
    metrics.PROCESS.labels(name).set(1)
    tracing.begin_tracing(name, settings)
