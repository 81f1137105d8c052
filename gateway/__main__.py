"""`python -m gateway`: one gateway."""

import asyncio
import gc
import logging
import os
import resource
import signal

import uvloop

from gateway.acknowledging import Acknowledging
from gateway.catching_up import CatchingUp
from gateway.freshness import Freshness
from gateway.incarnation import Incarnation
from gateway.opening import Opening
from gateway.registry import Registry
from gateway.server import GatewayServer
from gateway.settings import GatewaySettings
from gateway.submitting import Submitting
from infra.stores import cache
from infra.stores.cassandra import Cassandra
from infra.stores.door_facts import DoorFacts
from infra.stores.faults import until_available
from infra.stores.inbox import Inbox
from infra.stores.keys import Keys
from infra.stores.log import Appender
from infra.stores.log_ends import LogEnds
from infra.stores.positions import Positions
from infra.stores.postgres import Postgres
from infra.stores.privacy import Privacy
from infra.stores.timeline import Timeline
from infra.stores.users import Users
from infra.stores.views import Views
from schemas.topics import CONVERSATION_COMMANDS, CONVERSATION_EVENTS, PRESENCE_EVENTS

log = logging.getLogger(__name__)

LAST_WORDS_SECONDS = 5.0


async def run(settings: GatewaySettings) -> None:
    """Serve until SIGTERM, then drain."""
    stopping = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    redis = cache.connect(settings)
    registry = Registry()
    incarnation = Incarnation(redis, settings.gateway_name, registry, settings.drain_seconds)
    appender = Appender(settings.kafka_bootstrap, settings.gateway_name)
    server, acknowledging = await _server(settings, appender, registry, incarnation)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1_000)  # a full collection at 19,500 sockets stops the loop for 0.5 s (FACTS)
    works = (incarnation.live(), server.sweep(), acknowledging.run())
    tasks = [asyncio.create_task(_or_die(work)) for work in works]
    async with server.listen() as listening:
        log.info("%s listens on %s:%d", settings.gateway_name, settings.gateway_host, settings.gateway_port)
        await stopping.wait()
        log.info("draining %d connections", len(registry))
        await server.drain(listening)
    await appender.drain(LAST_WORDS_SECONDS)
    for task in tasks:
        task.cancel()


async def _server(
    settings: GatewaySettings,
    appender: Appender,
    registry: Registry,
    incarnation: Incarnation,
) -> tuple[GatewayServer, Acknowledging]:
    """Everything that a gateway is made of, connected and warm."""
    ends = LogEnds(settings.kafka_bootstrap)
    for topic in (CONVERSATION_COMMANDS, PRESENCE_EVENTS):
        await until_available(lambda name=topic.name: appender.warm_up(name), "Kafka")  # type: ignore[misc]
    epoch = await until_available(lambda: ends.epoch(CONVERSATION_EVENTS), "epoch")
    cassandra = await until_available(lambda: Cassandra.connect(settings), "Cassandra")
    timeline = await until_available(lambda: Timeline.prepare(cassandra, is_one_replica_set=False), "Cassandra")
    postgres = await Postgres.connect(settings)
    users = Users(postgres)
    inbox = Inbox(postgres)
    keys = Keys(postgres, settings.master_key_bytes())
    redis = cache.connect(settings)
    opening = Opening(
        settings,
        redis=redis,
        appender=appender,
        keys=keys,
        users=users,
        freshness=Freshness(ends, Positions(redis)),
        catching_up=CatchingUp(inbox, Views(timeline, keys), epoch, settings.missed_events_max),
        epoch=epoch,
    )
    facts = DoorFacts(users=users, timeline=timeline, inbox=inbox, privacy=Privacy(postgres), keys=keys)
    acknowledging = Acknowledging(appender, facts, settings.gateway_name)
    server = GatewayServer(
        settings,
        registry=registry,
        incarnation=incarnation,
        opening=opening,
        submitting=Submitting(appender, facts, settings.direct_secret_bytes(), settings.gateway_name),
        acknowledging=acknowledging,
    )
    return server, acknowledging


async def _or_die(work: object) -> None:
    try:
        await work  # type: ignore[misc]  # a coroutine
    except asyncio.CancelledError:
        raise
    except BaseException as fault:
        log.critical("ending the process: %s", fault, exc_info=fault)
        os._exit(1)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("cassandra", "websockets"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    uvloop.run(run(GatewaySettings()))


if __name__ == "__main__":
    main()
