"""`python -m gateway`: one gateway."""

import asyncio
import gc
import logging
import os
import resource
import signal
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import uvloop

from gateway.acknowledging import Acknowledging
from gateway.announcing import Announcing
from gateway.catching_up import CatchingUp
from gateway.composing import Composing
from gateway.freshness import Freshness
from gateway.incarnation import Incarnation
from gateway.last_signs import LastSigns
from gateway.lease import Lease
from gateway.opening import Opening
from gateway.registry import Registry
from gateway.saying import Saying
from gateway.server import GatewayServer
from gateway.settings import GatewaySettings
from gateway.silence import Silence
from gateway.submitting import Submitting
from gateway.watching import Watching
from infra.stores import cache
from infra.stores.acquaintance import Acquaintance
from infra.stores.cassandra import Cassandra
from infra.stores.connection_cache import ConnectionCache
from infra.stores.door_facts import DoorFacts
from infra.stores.ending import end
from infra.stores.erasures import Erasures
from infra.stores.faults import until_available
from infra.stores.folded import Folded
from infra.stores.forgetting import Forgetting
from infra.stores.inbox import Inbox
from infra.stores.keys import Keys
from infra.stores.last_seen import LastSeen
from infra.stores.live_gateways import LiveGateways
from infra.stores.live_views import LiveViews
from infra.stores.log import Appender
from infra.stores.log_ends import LogEnds
from infra.stores.media import Media
from infra.stores.objects import Objects
from infra.stores.positions import Positions
from infra.stores.postgres import Postgres
from infra.stores.presences import Presences
from infra.stores.privacy import Privacy
from infra.stores.reading import readable_timeline
from infra.stores.settings import ObjectSettings
from infra.stores.user_limits import UserLimits
from infra.stores.users import Users
from infra.stores.views import Views
from infra.stores.watchers import Watchers
from infra.telemetry import metrics, process, tracing
from schemas.topics import CONVERSATION_COMMANDS, CONVERSATION_EVENTS, PRESENCE_EVENTS

log = logging.getLogger(__name__)

LAST_WORDS_SECONDS = 5.0


async def run(settings: GatewaySettings) -> None:
    """Serve until SIGTERM, then drain."""
    stopping = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    appender = Appender(settings.kafka_bootstrap, settings.gateway_name)
    gateway = await _gateway(settings, appender)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1_000)  # a full collection at 19,500 sockets stops the loop for 0.5 s (FACTS)
    tasks = [asyncio.create_task(_or_die(work)) for work in gateway.works()]
    async with gateway.server.listen() as listening:
        log.info("%s listens on %s:%d", settings.gateway_name, settings.gateway_host, settings.gateway_port)
        await stopping.wait()
        log.info("draining")
        await gateway.announcing.leave()
        await gateway.server.drain(listening)
    await appender.drain(LAST_WORDS_SECONDS)
    await end(tasks)


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway's moving parts."""

    server: GatewayServer
    incarnation: Incarnation
    announcing: Announcing
    acknowledging: Acknowledging
    watching: Watching
    silence: Silence
    last_signs: LastSigns
    limits: UserLimits
    forgetting: Forgetting

    def works(self) -> list[Coroutine[Any, Any, None]]:
        """What runs beside the sockets, for ever."""
        parts = (self.silence, self.watching, self.acknowledging, self.last_signs, self.forgetting)
        return [self.incarnation.live(), *(part.run() for part in parts), *self.limits.works()]


async def _gateway(settings: GatewaySettings, appender: Appender) -> Gateway:
    """Everything that a gateway is made of, connected and warm."""
    ends = LogEnds(settings.kafka_bootstrap)
    for topic in (CONVERSATION_COMMANDS, PRESENCE_EVENTS):
        await until_available(lambda name=topic.name: appender.warm_up(name), "Kafka")  # type: ignore[misc]
    epoch = await until_available(lambda: ends.epoch(CONVERSATION_EVENTS), "epoch")
    cassandra = await until_available(lambda: Cassandra.connect(settings), "Cassandra")
    postgres = await Postgres.connect(settings)
    object_settings = ObjectSettings()
    objects = Objects(object_settings)
    live = await LiveViews.connect(postgres)
    timeline = await until_available(
        lambda: readable_timeline(
            cassandra, live.which("timeline"), postgres, objects, object_settings, is_one_replica_set=False
        ),
        "Cassandra",
    )
    redis = cache.connect(settings)
    users, inbox = Users(postgres), Inbox(postgres)
    keys = Keys(postgres, settings.master_key_bytes())
    facts = DoorFacts(
        users=users,
        timeline=timeline,
        folded=Folded(ends, lambda: live.awaited("timeline")),
        inbox=inbox,
        privacy=Privacy(postgres),
        keys=keys,
        media=Media(postgres),
    )
    watching = Watching(
        lambda: incarnation.stream,
        Watchers(redis),
        Presences(ConnectionCache(redis), LastSeen(postgres)),
        Acquaintance(postgres),
    )
    registry = Registry(watching.changed)
    metrics.CONNECTIONS.labels(settings.gateway_name).set_function(lambda: len(registry))
    announcing = Announcing(settings, registry, LiveGateways(redis))
    incarnation = Incarnation(
        redis,
        settings.gateway_name,
        registry,
        lease=Lease(settings.kafka_bootstrap, settings.gateway_name, lambda: len(registry)),
        announcing=announcing,
        close_seconds=settings.drain_seconds,
    )
    saying = Saying(appender)
    silence = Silence(settings, registry, saying)
    last_signs = LastSigns(users)
    limits = UserLimits(redis, settings)
    erasures = Erasures(postgres, settings.master_key_bytes())
    forgetting = Forgetting(erasures, (keys, users), registry.sign_out)
    acknowledging = Acknowledging(appender, facts, settings.gateway_name)
    server = GatewayServer(
        settings,
        registry=registry,
        incarnation=incarnation,
        opening=Opening(
            settings,
            redis=redis,
            saying=saying,
            keys=keys,
            users=users,
            freshness=Freshness(ends, Positions(redis), lambda: live.awaited("inbox", "timeline")),
            catching_up=CatchingUp(inbox, Views(timeline, keys), epoch, settings.missed_events_max),
            epoch=epoch,
        ),
        submitting=Submitting(appender, facts, settings.direct_secret_bytes(), settings.gateway_name),
        acknowledging=acknowledging,
        watching=watching,
        composing=Composing(appender, settings.direct_secret_bytes(), settings.gateway_name),
        silence=silence,
        saying=saying,
        last_signs=last_signs,
        limits=limits,
    )
    return Gateway(server, incarnation, announcing, acknowledging, watching, silence, last_signs, limits, forgetting)


async def _or_die(work: object) -> None:
    try:
        await work  # type: ignore[misc]  # a coroutine
    except asyncio.CancelledError:
        raise
    except BaseException as fault:
        log.critical("ending the process: %s", fault, exc_info=fault)
        os._exit(1)


def main() -> None:
    settings = GatewaySettings()
    process.begin(settings.gateway_name, dict.fromkeys(("cassandra", "websockets"), logging.ERROR))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    uvloop.run(run(settings))
    tracing.end_tracing()


if __name__ == "__main__":
    main()
