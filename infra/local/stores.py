"""The five stores as parts of a stack: their commands, ports and probes."""

from pathlib import Path

from infra.local import probes
from infra.local.brokers import Broker, brokers
from infra.local.folders import Folders
from infra.local.parts import Part
from infra.local.places import LIBS
from infra.local.programs import find_in_venv, find_java, find_on_path, find_postgres, require
from infra.local.settings import HOST, LocalSettings
from infra.local.unprivileged import as_unprivileged


def stores(settings: LocalSettings) -> tuple[Part, ...]:
    logs = (_kafka(broker) for broker in brokers(settings))
    return (*logs, _cassandra(settings), _redis(settings), _postgres(settings), _objects(settings))


def _kafka(broker: Broker) -> Part:
    config = Folders(broker.settings.folder).config
    heap = f"{broker.settings.kafka_heap_mb}m"
    command = (
        require(find_java(), "Java 17"), f"-Xms{heap}", f"-Xmx{heap}",
        "-XX:+UseSerialGC",  # two cores have no threads to spare for collecting
        "-cp", f"{LIBS / 'kafka'}/*", f"-Dlog4j2.configurationFile={config / 'kafka-log4j2.xml'}",
        "kafka.Kafka", str(broker.config),
    )  # fmt: skip
    others = (broker.controller_port, broker.proxied_port)
    return Part(
        broker.name, "store", command, broker.port, probes.kafka, other_ports=others, stop_timeout_seconds=30
    )  # fmt: skip


def _cassandra(settings: LocalSettings) -> Part:
    config = Folders(settings.folder).config
    command = (
        require(find_java(), "Java 17"), f"@{config / 'cassandra-jvm.options'}",
        "-cp", f"{config}:{LIBS / 'cassandra'}/*", "org.apache.cassandra.service.CassandraDaemon",
    )  # fmt: skip
    port, storage = settings.port(9042), settings.port(7000)
    return Part("cassandra", "store", command, port, probes.cassandra, other_ports=(storage,), stop_timeout_seconds=30)


def _redis(settings: LocalSettings) -> Part:
    program = require(find_on_path("redis-server"), "Redis")
    command = (program, str(Folders(settings.folder).config / "redis.conf"))
    return Part("redis", "store", command, settings.port(6379), probes.redis)


def _postgres(settings: LocalSettings) -> Part:
    folders = Folders(settings.folder)
    data: Path = folders.data / "postgres"
    server = require(find_postgres(), "PostgreSQL")
    command = (server, "-D", str(data), "-c", f"config_file={folders.config / 'postgresql.conf'}")
    # INT: TERM would wait for every client to leave by itself.
    wrapped = as_unprivileged(command)
    return Part("postgres", "store", wrapped, settings.port(5432), probes.postgres, stop_signal="INT")


def _objects(settings: LocalSettings) -> Part:
    """SeaweedFS as one process; only its S3 server is ours to speak to."""
    folders = Folders(settings.folder)
    servers = {"s3": (8333, 8343), "master": (8334, 8344), "filer": (8335, 8345), "volume": (8336, 8346)}
    ports = {name: (settings.port(http), settings.port(grpc)) for name, (http, grpc) in servers.items()}
    listening = [
        option
        for name, (http, grpc) in ports.items()
        for option in (f"-{name}.port={http}", f"-{name}.port.grpc={grpc}")
    ]
    sockets = folders.socket.parent
    command = (
        require(find_in_venv("weed"), "SeaweedFS"), "-logtostderr=true", "server", f"-ip={HOST}", f"-ip.bind={HOST}",
        f"-dir={folders.data / 'objects'}", *listening, "-filer", "-filer.disableHttp",
        f"-filer.localSocket={sockets / 'filer.sock'}", "-s3", f"-s3.config={folders.config / 'objects.json'}",
        f"-s3.localSocket={sockets / 's3.sock'}", "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
        "-master.telemetry=false",
        # With the usual 10 s it served again only 20 s after kill -9; so after 8 s.
        "-master.electionTimeout=1s",
        # Each bucket takes several volumes at once, and there are only eight otherwise.
        "-volume.max=200", "-master.volumeSizeLimitMB=1024", "-volume.preStopSeconds=0",
    )  # fmt: skip
    port, *others = [port for pair in ports.values() for port in pair]
    # Its filer waits 15 s for its own streams to end. What it has acknowledged survives kill -9 all the same.
    return Part(
        "objects", "store", command, port, probes.seaweedfs(master_port=ports["master"][0]), other_ports=tuple(others),
        environment={"GOMEMLIMIT": f"{settings.objects_memory_mb}MiB"}, stop_timeout_seconds=2,
    )  # fmt: skip
