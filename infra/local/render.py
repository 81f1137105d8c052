"""The stores' configuration files, from `templates/`."""

from pathlib import Path
from string import Template

from infra.local.brokers import Broker, brokers
from infra.local.folders import Folders
from infra.local.settings import ACCOUNT, LocalSettings

TEMPLATES = Path(__file__).parent / "templates"


def render(name: str, target: Path, **values: str | int) -> None:
    """Fill one template; a name that is missing, or a `$$` too few, is an error."""
    target.write_text(Template((TEMPLATES / name).read_text()).substitute(values))


def render_stores(settings: LocalSettings) -> None:
    """Write all of them; the same settings give the same bytes."""
    folders = Folders(settings.folder)
    for broker in brokers(settings):
        render_kafka(broker, broker.data, broker.config)
    _copy("kafka-log4j2.xml", folders)
    _render_cassandra(settings, folders)
    redis = folders.data / "redis"
    redis.mkdir(exist_ok=True)
    memory_mb = settings.redis_memory_mb
    render(
        "redis.conf",
        folders.config / "redis.conf",
        port=settings.port(6379),
        data=str(redis),
        memory_mb=memory_mb,
    )
    config = str(folders.config)
    render("postgresql.conf", folders.config / "postgresql.conf", port=settings.port(5432), config=config)
    _copy("pg_hba.conf", folders)
    _render_objects(folders)


def render_kafka(broker: Broker, data: Path, target: Path) -> None:
    count = broker.settings.brokers
    render(
        "kafka-server.properties",
        target,
        data=str(data),
        node=broker.number,
        voters=",".join(one.voter for one in brokers(broker.settings)),
        port=broker.port,
        controller_port=broker.controller_port,
        proxied_port=broker.proxied_port,
        proxy_port=broker.proxy_port,
        replication=count,
        min_in_sync=max(1, count - 1),
    )


def _render_cassandra(settings: LocalSettings, folders: Folders) -> None:
    data, config = str(folders.data / "cassandra"), str(folders.config)
    ports = {"port": settings.port(9042), "storage_port": settings.port(7000)}
    render("cassandra.yaml", folders.config / "cassandra.yaml", data=data, **ports)
    heap_mb = settings.cassandra_heap_mb
    options = folders.config / "cassandra-jvm.options"
    render("cassandra-jvm.options", options, data=data, config=config, heap_mb=heap_mb)
    _copy("cassandra-logback.xml", folders)


def _render_objects(folders: Folders) -> None:
    # It does not make its folders, and ends without a word where one is missing.
    (folders.data / "objects" / "filerldb2").mkdir(parents=True, exist_ok=True)
    config = folders.config / "objects.json"
    config.touch(mode=0o600)
    render("objects.json", config, access_key=ACCOUNT, secret_key=ACCOUNT)


def _copy(name: str, folders: Folders) -> None:
    (folders.config / name).write_bytes((TEMPLATES / name).read_bytes())
