"""All that routes work with, made once at the start: chosen in this one place."""

import logging
from dataclasses import dataclass

from api.answers import Answers
from api.limits import Limits
from api.passwords import Passwords
from api.readiness import Readiness
from api.settings import ApiSettings
from api.tokens import Tokens
from infra.stores import cache
from infra.stores.accounts import Accounts
from infra.stores.acquaintance import Acquaintance
from infra.stores.cache import Redis
from infra.stores.cassandra import Cassandra
from infra.stores.connection_cache import ConnectionCache
from infra.stores.devices import Devices
from infra.stores.door_facts import DoorFacts
from infra.stores.erasures import Erasures
from infra.stores.faults import until_available
from infra.stores.folded import Folded
from infra.stores.forgetting import Forgetting
from infra.stores.inbox import Inbox
from infra.stores.keys import Keys
from infra.stores.last_seen import LastSeen
from infra.stores.line import Line
from infra.stores.live_gateways import LiveGateways
from infra.stores.live_views import LiveViews
from infra.stores.log import Appender
from infra.stores.log_ends import LogEnds
from infra.stores.media import Media
from infra.stores.objects import Objects
from infra.stores.postgres import Postgres
from infra.stores.preferences import Preferences
from infra.stores.presences import Presences
from infra.stores.privacy import Privacy
from infra.stores.push_tokens import PushTokens
from infra.stores.reading import readable_timeline
from infra.stores.receipts import Receipts
from infra.stores.settings import ObjectSettings
from infra.stores.users import Users
from infra.stores.views import Views
from infra.stores.watchers import Watchers
from schemas.topics import CONVERSATION_COMMANDS

log = logging.getLogger(__name__)

DRAIN_SECONDS = 3.0
# A request gives up after seconds; a record that went in minutes later would surprise everybody.
APPEND_MS_MAX = 5000


@dataclass(frozen=True, slots=True)
class Services:
    settings: ApiSettings
    postgres: Postgres
    cassandra: Cassandra
    redis: Redis
    objects: Objects
    appender: Appender
    accounts: Accounts
    erasures: Erasures
    forgetting: Forgetting
    devices: Devices
    push_tokens: PushTokens
    users: Users
    keys: Keys
    inbox: Inbox
    views: Views
    receipts: Receipts
    facts: DoorFacts
    media: Media
    object_settings: ObjectSettings
    preferences: Preferences
    connections: ConnectionCache
    privacy: Privacy
    presences: Presences
    acquaintance: Acquaintance
    watchers: Watchers
    gateways: LiveGateways
    line: Line
    answers: Answers
    tokens: Tokens
    passwords: Passwords
    limits: Limits
    readiness: Readiness

    async def close(self) -> None:
        if not await self.appender.drain(DRAIN_SECONDS):
            log.warning("%d records were not confirmed in time", self.appender.outstanding)
        self.passwords.close()
        await self.objects.close()
        await self.redis.aclose()
        await self.cassandra.close()
        await self.postgres.close()


async def connect(settings: ApiSettings) -> Services:
    """Connect to all stores, waiting for those that are away."""
    postgres = await Postgres.connect(settings)
    privacy = Privacy(postgres)
    redis = cache.connect(settings)
    appender = Appender(settings.kafka_bootstrap, settings.api_name, {"message.timeout.ms": APPEND_MS_MAX})
    cassandra = await until_available(lambda: Cassandra.connect(settings), "connecting to Cassandra")
    is_one_replica_set = settings.is_one_replica_set
    object_settings = ObjectSettings()
    objects = Objects(object_settings)
    live = await LiveViews.connect(postgres)
    timeline = await until_available(
        lambda: readable_timeline(
            cassandra,
            live.which("timeline"),
            postgres,
            objects,
            object_settings,
            is_one_replica_set=is_one_replica_set,
        ),
        "preparing statements",
    )
    receipts = await until_available(
        lambda: Receipts.prepare(cassandra, live.which("receipts"), is_one_replica_set=is_one_replica_set),
        "preparing statements",
    )
    await until_available(lambda: appender.warm_up(CONVERSATION_COMMANDS.name), "connecting to Kafka")
    keys = Keys(postgres, settings.master_key_bytes())
    users = Users(postgres)
    erasures = Erasures(postgres, settings.master_key_bytes())
    inbox = Inbox(postgres)
    media = Media(postgres)
    return Services(
        settings=settings,
        postgres=postgres,
        cassandra=cassandra,
        redis=redis,
        objects=objects,
        appender=appender,
        accounts=Accounts(postgres),
        erasures=erasures,
        forgetting=Forgetting(erasures, (keys, users)),
        devices=Devices(
            postgres,
            grace_seconds=settings.refresh_grace_seconds,
            life_seconds=settings.refresh_token_seconds,
        ),
        push_tokens=PushTokens(postgres, settings.master_key_bytes()),
        users=users,
        keys=keys,
        inbox=inbox,
        views=Views(timeline, keys),
        receipts=receipts,
        facts=DoorFacts(
            users=users,
            timeline=timeline,
            folded=Folded(LogEnds(settings.kafka_bootstrap), lambda: live.awaited("timeline")),
            inbox=inbox,
            privacy=privacy,
            keys=keys,
            media=media,
        ),
        media=media,
        object_settings=object_settings,
        preferences=Preferences(postgres),
        connections=ConnectionCache(redis),
        privacy=privacy,
        presences=Presences(ConnectionCache(redis), LastSeen(postgres)),
        acquaintance=Acquaintance(postgres),
        watchers=Watchers(redis),
        gateways=LiveGateways(redis),
        line=Line(redis),
        answers=Answers(redis, settings.api_name, settings.answer_seconds),
        tokens=_tokens(settings),
        passwords=Passwords(settings.password_threads, settings.password_queue_max),
        limits=Limits(redis, settings),
        readiness=Readiness(postgres, redis, cassandra, appender),
    )


def _tokens(settings: ApiSettings) -> Tokens:
    return Tokens(
        settings.token_secret_bytes(),
        access_seconds=settings.access_token_seconds,
        refresh_seconds=settings.refresh_token_seconds,
    )
