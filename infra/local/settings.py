"""Settings of the local stack: where its state is, which ports it uses, how much memory its stores get."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from infra.local.places import ROOT

HOST = "127.0.0.1"
# PostgreSQL's role, its password and its database, and the object store's key and secret: from this machine only.
ACCOUNT = "backchannel"
# Of the people of the demo (clients/demo/people.py, which is no part of ours to import).
DEMO_PASSWORD = "backchannel"  # noqa: S105  stated on purpose


class LocalSettings(BaseSettings):
    """Two stacks run side by side when both their state folders and their port offsets differ."""

    model_config = SettingsConfigDict(env_prefix="BACKCHANNEL_LOCAL_", frozen=True)

    state: Path = Path(".local")
    # Above 24600 the highest port would stand among those that the kernel gives to outgoing connections.
    port_offset: int = Field(default=0, ge=0, le=23_600)
    # Three hold each record three times, and take it when two have it: what one loses, the others keep. How many there
    # are is fixed with the first start.
    brokers: Literal[1, 3] = 1
    kafka_heap_mb: int = Field(default=512, ge=256)
    # So much above the brokers' second listeners stand the proxies to which these send who comes; 0: there are none.
    kafka_proxy_offset: int = Field(default=0, ge=0, le=1_000)
    cassandra_heap_mb: int = Field(default=512, ge=384)
    redis_memory_mb: int = Field(default=512, ge=32)
    # SeaweedFS holds 229 MB that it hardly touches: with 256 it collected garbage without end, a tenth of a core.
    objects_memory_mb: int = Field(default=512, ge=64)
    # Prometheus beside the rest, with our alarms, where Debian's package is installed.
    prometheus: bool = False
    # People who have talked, and an echo that answers: `clients/demo`.
    demo: bool = True
    # How long a part may take until it serves; a busy machine needs several times the usual five seconds.
    ready_timeout_seconds: float = Field(default=120, gt=0)

    @property
    def folder(self) -> Path:
        """The state folder; a relative one stands in the clone, wherever the command was started."""
        return (ROOT / self.state).resolve()

    def port(self, usual: int) -> int:
        return usual + self.port_offset

    @property
    def address(self) -> str:
        """Where clients find everything: the balancer."""
        return f"http://{HOST}:{self.port(8080)}"

    def chat_command(self, handle: str) -> str:
        """How a person chats with this stack from a terminal; only the usual stack needs no address."""
        command = f".venv/bin/backchannel chat --as {handle}"
        return f"{command} --url {self.address}" if self.port_offset else command

    def environment(self) -> Mapping[str, str]:
        """The addresses of this stack's stores, as the project's own processes read them."""
        bootstrap = ",".join(f"{HOST}:{broker_port(self, number)}" for number in range(1, self.brokers + 1))
        return {
            "BACKCHANNEL_KAFKA_BOOTSTRAP": bootstrap,
            "BACKCHANNEL_KAFKA_REPLICATION": str(self.brokers),
            "BACKCHANNEL_CASSANDRA_HOSTS": HOST,
            "BACKCHANNEL_CASSANDRA_PORT": str(self.port(9042)),
            "BACKCHANNEL_REDIS_URL": f"redis://{HOST}:{self.port(6379)}/0",
            "BACKCHANNEL_POSTGRES_DSN": f"postgresql://{ACCOUNT}:{ACCOUNT}@{HOST}:{self.port(5432)}/{ACCOUNT}",
            "BACKCHANNEL_OBJECTS_ENDPOINT": f"http://{HOST}:{self.port(8333)}",
            "BACKCHANNEL_OBJECTS_PUBLIC_URL": f"http://{HOST}:{self.port(8333)}",
            "BACKCHANNEL_OBJECTS_ACCESS_KEY": ACCOUNT,
            "BACKCHANNEL_OBJECTS_SECRET_KEY": ACCOUNT,
        }


def broker_port(settings: LocalSettings, number: int) -> int:
    """Of the brokers from 1 to `brokers`."""
    return settings.port(9092) + 100 * (number - 1)
