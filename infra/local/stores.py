"""The four stores as parts of a stack: their commands, ports and probes."""

from pathlib import Path

from infra.local import probes
from infra.local.folders import Folders
from infra.local.parts import Part
from infra.local.places import LIBS
from infra.local.programs import find_java, find_on_path, find_postgres, require
from infra.local.settings import LocalSettings
from infra.local.unprivileged import as_unprivileged


def stores(settings: LocalSettings) -> tuple[Part, ...]:
    return (_kafka(settings), _cassandra(settings), _redis(settings), _postgres(settings))


def _kafka(settings: LocalSettings) -> Part:
    config = Folders(settings.folder).config
    heap = f"{settings.kafka_heap_mb}m"
    command = (
        require(find_java(), "Java 17"), f"-Xms{heap}", f"-Xmx{heap}",
        "-XX:+UseSerialGC",  # two cores have no threads to spare for collecting
        "-cp", f"{LIBS / 'kafka'}/*", f"-Dlog4j2.configurationFile={config / 'kafka-log4j2.xml'}",
        "kafka.Kafka", str(config / "kafka-server.properties"),
    )  # fmt: skip
    port, controller = settings.port(9092), settings.port(9093)
    return Part("kafka", "store", command, port, probes.kafka, other_ports=(controller,), stop_timeout_seconds=30)


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
