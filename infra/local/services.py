"""The project's own processes and the balancer before them, as parts of a stack."""

import os
from collections.abc import Mapping
from pathlib import Path

from infra.fake_push.keys import APNS_KEY, APNS_TEAM, APNS_TOPIC, KeyFiles, make_keys
from infra.local import probes
from infra.local.folders import Folders
from infra.local.parts import Part
from infra.local.places import ROOT, VENV_PYTHON
from infra.local.programs import find_on_path, require
from infra.local.settings import HOST, LocalSettings

BALANCER_CONFIG = ROOT / "infra" / "balancer" / "haproxy.cfg"

API_PORT = 8081
GATEWAY_PORTS = {"gateway-1": 8091, "gateway-2": 8092}
# Which agents share a process here. Nobody connects without presence: with the views, which go last, it kept people
# waiting for more than ten seconds on a busy machine.
AGENTS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "conversation": (8101, ("conversation",)),
    "fanout": (8102, ("fanout",)),
    "presence": (8104, ("presence", "signals")),
    "notification": (8106, ("notification", "push-fcm", "push-apns")),
    "views": (
        8103,
        ("timeline", "inbox", "receipts", "memberships", "last-seen", "media-view", "media-uses", "erasure"),
    ),
    "media": (8105, ("media",)),
    "archive": (8109, ("archive",)),
}
# These run only where this is set.
SWITCHES: Mapping[str, str] = {"archive": "BACKCHANNEL_ARCHIVE_AFTER_DAYS"}
# Half of what views wait: a push is to leave within 100 ms of its event, and few events are followed by one.
NOTIFICATION_WINDOW_SECONDS = 0.05
FAKE_PUSH_PORT, FAKE_APNS_PORT = 8110, 8111
BALANCER_PORT = 8080
PROMETHEUS_PORT = 9090
DEMO_PORT = 8112


def services(settings: LocalSettings) -> tuple[Part, ...]:
    agents = (_agents(settings, name) for name in AGENTS if name not in SWITCHES or os.environ.get(SWITCHES[name]))
    gateways = (_gateway(settings, name) for name in GATEWAY_PORTS)
    watching = (_prometheus(settings),) if settings.prometheus else ()
    return (_fake_push(settings), *agents, _api(settings), *gateways, *watching)


def balancer(settings: LocalSettings) -> Part:
    """HAProxy reads the addresses from its environment: the same file serves the compose stack."""
    port = settings.port(BALANCER_PORT)
    stats_socket = Folders(settings.folder).socket.parent / "balancer.sock"
    servers = {
        "BALANCER_BIND": f"{HOST}:{port}",
        "BALANCER_STATS": str(stats_socket),
        "BALANCER_API": f"{HOST}:{settings.port(API_PORT)}",
        "BALANCER_GATEWAY_1": f"{HOST}:{settings.port(GATEWAY_PORTS['gateway-1'])}",
        "BALANCER_GATEWAY_2": f"{HOST}:{settings.port(GATEWAY_PORTS['gateway-2'])}",
    }
    command = (require(find_on_path("haproxy"), "HAProxy"), "-db", "-f", str(BALANCER_CONFIG))
    return Part(
        "balancer", "balancer", command, port, probes.http_at("/balancer/readyz"),
        environment=servers, stop_signal="USR1",
    )  # fmt: skip


def demo(settings: LocalSettings) -> Part:
    """A client: it finds the rest as clients do, by the balancer."""
    port = settings.port(DEMO_PORT)
    state = Folders(settings.folder).data / "demo"
    options = ("--url", settings.address, "--port", str(port), "--state", str(state))
    return Part("demo", "service", _python("clients.demo", "run", *options), port, probes.http_at("/readyz"))


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (str(VENV_PYTHON), "-m", module, *arguments)


def _api(settings: LocalSettings) -> Part:
    port = settings.port(API_PORT)
    environment = {"BACKCHANNEL_API_HOST": HOST, "BACKCHANNEL_API_PORT": str(port)}
    return Part("api", "service", _python("api"), port, probes.http_at("/readyz"), environment=environment)


def _gateway(settings: LocalSettings, name: str) -> Part:
    port = settings.port(GATEWAY_PORTS[name])
    environment = {
        "BACKCHANNEL_GATEWAY_NAME": name,
        "BACKCHANNEL_GATEWAY_HOST": HOST,
        "BACKCHANNEL_GATEWAY_PORT": str(port),
    }
    return Part(name, "service", _python("gateway"), port, probes.http_at("/readyz"), environment=environment)


def _agents(settings: LocalSettings, name: str) -> Part:
    usual, agents = AGENTS[name]
    port = settings.port(usual)
    # Static membership: after a crash the partitions are taken over at once, not after the session timeout.
    environment = {
        "BACKCHANNEL_HEALTH_PORT": str(port),
        "BACKCHANNEL_INSTANCE": f"{name}-1",
        "BACKCHANNEL_LAST_WORDS": str(Folders(settings.folder).run / f"{name}.end"),
    }
    if name == "notification":
        environment |= _notification(settings)
    command = _python("streams", *agents)
    return Part(name, "service", command, port, probes.http_at("/readyz"), environment=environment)


def prometheus_settings(settings: LocalSettings) -> Path:
    return Folders(settings.folder).config / "prometheus.yml"


def _prometheus(settings: LocalSettings) -> Part:
    port = settings.port(PROMETHEUS_PORT)
    command = (
        require(find_on_path("prometheus"), "Prometheus"),
        f"--config.file={prometheus_settings(settings)}",
        f"--storage.tsdb.path={Folders(settings.folder).data / 'prometheus'}",
        f"--web.listen-address={HOST}:{port}",
    )
    return Part("prometheus", "service", command, port, probes.http_at("/-/ready"))


def _fake_push(settings: LocalSettings) -> Part:
    """In place of Google and Apple."""
    port, apns_port = settings.port(FAKE_PUSH_PORT), settings.port(FAKE_APNS_PORT)
    environment = {
        "BACKCHANNEL_FAKE_PUSH_HOST": HOST,
        "BACKCHANNEL_FAKE_PUSH_PORT": str(port),
        "BACKCHANNEL_FAKE_PUSH_APNS_PORT": str(apns_port),
        "BACKCHANNEL_FAKE_PUSH_KEYS": str(_fake_push_keys(settings)),
        "BACKCHANNEL_FAKE_PUSH_URL": fake_push_url(settings),
    }
    command = _python("infra.fake_push")
    return Part(
        "fake-push", "service", command, port, probes.http_at("/readyz"),
        other_ports=(apns_port,), environment=environment,
    )  # fmt: skip


def fake_push_url(settings: LocalSettings) -> str:
    return f"http://{HOST}:{settings.port(FAKE_PUSH_PORT)}"


def make_fake_push_keys(settings: LocalSettings) -> None:
    """Before anything starts: both sides read them."""
    make_keys(_fake_push_keys(settings), f"{fake_push_url(settings)}/token")


def _fake_push_keys(settings: LocalSettings) -> Path:
    return Folders(settings.folder).data / "fake-push"


def _notification(settings: LocalSettings) -> Mapping[str, str]:
    """How the sending agents find fake-push; with other addresses they ask Google and Apple."""
    files = KeyFiles(_fake_push_keys(settings))
    return {
        "BACKCHANNEL_VIEW_WINDOW_SECONDS": str(NOTIFICATION_WINDOW_SECONDS),
        "BACKCHANNEL_FCM_URL": fake_push_url(settings),
        "BACKCHANNEL_FCM_SERVICE_ACCOUNT": str(files.service_account),
        "BACKCHANNEL_APNS_URL": f"https://{HOST}:{settings.port(FAKE_APNS_PORT)}",
        "BACKCHANNEL_APNS_CA": str(files.ca),
        "BACKCHANNEL_APNS_KEY": str(files.apns_key),
        "BACKCHANNEL_APNS_KEY_ID": APNS_KEY,
        "BACKCHANNEL_APNS_TEAM_ID": APNS_TEAM,
        "BACKCHANNEL_APNS_TOPIC": APNS_TOPIC,
    }
