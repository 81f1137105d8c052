"""The stack of `make chaos`: three brokers, a proxy before each store, clocks that can be shifted."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.local.brokers import brokers
from infra.local.folders import Folders
from infra.local.settings import ACCOUNT, HOST, LocalSettings
from infra.local.stack import Stack
from tests.chaos.faults.clocks import Clock
from tests.chaos.proxy import Proxy

PROXY_OFFSET = 400
JOURNAL = "pushes.jsonl"
SESSION_SECONDS = 6.0
STORE_PORTS: Mapping[str, int] = {"cassandra": 9042, "redis": 6379, "postgres": 5432, "objects": 8333}


@dataclass(frozen=True, slots=True)
class OwnStack:
    """`journal`: of fake-push; `proxies` by the names of the parts before which they stand; `clock`: our processes',
    and `disk`: the stores' folder on a disk of its own, where there are such."""

    stack: Stack
    journal: Path
    proxies: Mapping[str, Proxy]
    clock: Clock | None
    disk: Path | None = None


def own_stack(state: Path, port_offset: int) -> OwnStack:
    settings = LocalSettings(
        state=state,
        port_offset=port_offset,
        brokers=3,
        kafka_heap_mb=384,
        kafka_proxy_offset=PROXY_OFFSET,
        demo=False,  # what its people say nobody in the run has asked for
    )
    Folders(settings.folder).make()
    # Beside the stack's own folders, which go with a reset.
    journal = settings.folder / JOURNAL
    clock = Clock.make(settings.folder)
    variables = {
        "BACKCHANNEL_OPEN_CALLS_PER_MINUTE": "100000",
        "BACKCHANNEL_SESSION_TIMEOUT_SECONDS": str(SESSION_SECONDS),
        "BACKCHANNEL_SNAPSHOT_SECONDS": "5",
        "BACKCHANNEL_PUSH_DEADLINE_SECONDS": "2",
        "BACKCHANNEL_PUSH_TIMEOUT_SECONDS": "3",
        "BACKCHANNEL_PUSH_LEASE_SECONDS": "6",
        "BACKCHANNEL_FAKE_PUSH_JOURNAL": str(journal),
    }
    stack = Stack(
        settings,
        variables=variables,
        service_variables={**_addresses(settings), **(clock.variables if clock else {})},
    )
    return OwnStack(stack, journal, _proxies(settings), clock)


def _addresses(settings: LocalSettings) -> Mapping[str, str]:
    """Of the proxies, where our processes look for the stores."""
    ports = {name: settings.port(usual) + PROXY_OFFSET for name, usual in STORE_PORTS.items()}
    return {
        "BACKCHANNEL_KAFKA_BOOTSTRAP": ",".join(f"{HOST}:{one.proxy_port}" for one in brokers(settings)),
        "BACKCHANNEL_CASSANDRA_PORT": str(ports["cassandra"]),
        "BACKCHANNEL_REDIS_URL": f"redis://{HOST}:{ports['redis']}/0",
        "BACKCHANNEL_POSTGRES_DSN": f"postgresql://{ACCOUNT}:{ACCOUNT}@{HOST}:{ports['postgres']}/{ACCOUNT}",
        "BACKCHANNEL_OBJECTS_ENDPOINT": f"http://{HOST}:{ports['objects']}",
    }


def _proxies(settings: LocalSettings) -> Mapping[str, Proxy]:
    logs = {one.name: Proxy(one.name, one.proxy_port, one.proxied_port) for one in brokers(settings)}
    stores = {
        name: Proxy(name, settings.port(usual) + PROXY_OFFSET, settings.port(usual))
        for name, usual in STORE_PORTS.items()
    }
    return {**logs, **stores}
