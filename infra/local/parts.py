"""A part of the stack: one process that supervisor keeps, and how to see that it serves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from infra.local.probes import Probe
from infra.local.settings import HOST

Kind = Literal["store", "service", "balancer"]


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    kind: Kind
    command: tuple[str, ...]
    port: int
    probe: Probe
    other_ports: tuple[int, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: Literal["TERM", "INT", "USR1"] = "TERM"
    stop_timeout_seconds: int = 15

    @property
    def ports(self) -> tuple[int, ...]:
        return (self.port, *self.other_ports)

    def is_ready(self) -> bool:
        return self.probe(HOST, self.port)
