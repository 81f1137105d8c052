"""The brokers of a stack, one or three: their names, ports and folders."""

from dataclasses import dataclass
from pathlib import Path

from infra.local.folders import Folders
from infra.local.settings import HOST, LocalSettings, broker_port

CONTROLLER_STEP, PROXIED_STEP = 1, 2  # from a broker's own port to its others


@dataclass(frozen=True, slots=True)
class Broker:
    """`number` counts from 1; the first is called as if it were the only one."""

    settings: LocalSettings
    number: int

    @property
    def name(self) -> str:
        return "kafka" if self.number == 1 else f"kafka-{self.number}"

    @property
    def port(self) -> int:
        return broker_port(self.settings, self.number)

    @property
    def controller_port(self) -> int:
        return self.port + CONTROLLER_STEP

    @property
    def proxied_port(self) -> int:
        """Of the listener for those who come through a proxy."""
        return self.port + PROXIED_STEP

    @property
    def proxy_port(self) -> int:
        """Where these are sent: to the proxy, or to the listener itself if there is none."""
        return self.proxied_port + self.settings.kafka_proxy_offset

    @property
    def voter(self) -> str:
        return f"{self.number}@{HOST}:{self.controller_port}"

    @property
    def data(self) -> Path:
        return Folders(self.settings.folder).data / self.name

    @property
    def config(self) -> Path:
        return Folders(self.settings.folder).config / f"{self.name}-server.properties"


def brokers(settings: LocalSettings) -> tuple[Broker, ...]:
    return tuple(Broker(settings, number) for number in range(1, settings.brokers + 1))
