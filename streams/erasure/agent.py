"""The erasure agent: consumes `account.events`; on AccountErased it takes away what is kept of the person.

In one transaction of PostgreSQL the data key goes, leaving its mark, and all that names them (infra.stores.erasures);
every process then forgets the key within a moment by itself (forgetting.py). That is what people wait for, and what
acknowledges the record. The rest is found by the erasure's own row until it is settled: their media go, but for what
others have sent on, and they leave their groups by commands like anybody's, or everybody would wait for their receipts.

Each step may be repeated, so a crash repeats it. What was on its way comes late (somebody adds them to a group, an
upload ends), so all is looked at again every few seconds, until SETTLE_SECONDS are over and nothing was left.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from infra.stores.cassandra import Cassandra
from infra.stores.erasures import Asked, Erasures
from infra.stores.faults import StoreUnavailable, until_available
from infra.stores.live_views import LiveViews
from infra.stores.log import Appender
from infra.stores.objects import Objects
from infra.stores.owned_media import OwnedMedia
from infra.stores.postgres import Postgres
from infra.stores.reading import readable_timeline
from infra.stores.settings import ObjectSettings
from schemas import topics
from schemas.accounts import AccountErased
from schemas.codec import Undecodable, decode_account, encode
from schemas.times import timestamp
from streams.erasure.leaving import headers, leave
from streams.runtime.batches import Batches
from streams.runtime.dead_letters import DeadLetters
from streams.runtime.faults import fault_point
from streams.runtime.progress import progress
from streams.runtime.records import Record, Run
from streams.runtime.settings import StreamSettings

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
SETTLE_SECONDS = 600.0


class ErasureAgent:
    group = "erasure"
    topic = topics.ACCOUNT_EVENTS
    is_background = False  # people wait for it

    def __init__(self, settings: StreamSettings, objects: ObjectSettings | None = None) -> None:
        self._settings = settings
        self._object_settings = objects or ObjectSettings()
        self._batches = Batches(self._flush)
        self._woken = asyncio.Event()
        self.put = self._batches.put

    async def start(self) -> None:
        settings, objects = self._settings, Objects(self._object_settings)
        postgres = await Postgres.connect(settings)
        self._erasures = Erasures(postgres, settings.master_key_bytes())
        cassandra = await until_available(lambda: Cassandra.connect(settings), "Cassandra")
        live = await LiveViews.connect(postgres)
        timeline = await until_available(
            lambda: readable_timeline(
                cassandra, live.which("timeline"), postgres, objects, self._object_settings, is_one_replica_set=False
            ),
            "Cassandra",
        )
        self._media = OwnedMedia(postgres, objects, self._object_settings, timeline)
        self._appender = Appender(settings.kafka_bootstrap, self.group)
        await until_available(lambda: self._appender.warm_up(topics.CONVERSATION_COMMANDS.name), "Kafka")
        self._dead_letters = DeadLetters(self._appender, self.group)

    async def work(self) -> None:
        await asyncio.gather(self._batches.work(), self._look_after_for_ever())

    async def assigned(self, partitions: frozenset[int]) -> None:
        """What is not settled stands in the table, whoever cleared it."""

    async def revoked(self) -> None:
        await self._batches.drop()

    async def _flush(self, runs: Sequence[Run]) -> None:
        for record in (record for run in runs for record in run.records):
            if (asked := await self._asked(record)) is not None:
                await until_available(lambda asked=asked: self._clear(asked), "an erasure")  # type: ignore[misc]
                fault_point("erasure-cleared")
                self._woken.set()

    async def _asked(self, record: Record) -> Asked | None:
        """Whom a record asks to erase."""
        try:
            event = decode_account(record.value)
        except Undecodable as broken:
            await self._dead_letters.bury(record, broken)
            return None
        return Asked(event.user_id, datetime.fromisoformat(event.at)) if isinstance(event, AccountErased) else None

    async def _clear(self, asked: Asked) -> None:
        progress.touch()
        await self._erasures.clear(asked)

    async def _look_after_for_ever(self) -> None:
        while True:
            for asked in await until_available(self._erasures.unsettled, "erasures"):
                try:
                    await self._look_after(asked)
                except StoreUnavailable as away:  # of one person's media, perhaps: the others' are looked after
                    log.warning("the erasure of %s waits: %s", asked.user_id, away)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_SECONDS)
            self._woken.clear()

    async def _look_after(self, asked: Asked) -> None:
        await self._erasures.clear(asked)
        are_media_gone = await self._delete_media(asked.user_id)
        are_groups_left = await self._leave_groups(asked.user_id)
        if are_media_gone and are_groups_left:
            await self._erasures.settle(asked.user_id, SETTLE_SECONDS)

    async def _delete_media(self, user_id: str) -> bool:
        """Whether nothing was left to do."""
        gone = await self._media.of_nobody_else(user_id)
        for media in gone:
            await self._media.delete(media)
            fault_point("erasure-media-deleted")
        return not gone

    async def _leave_groups(self, user_id: str) -> bool:
        """Whether nothing was left to do."""
        groups = await self._erasures.groups(user_id)
        for command in map(leave, groups):
            await self._appender.append(
                topics.CONVERSATION_COMMANDS.name, encode(command), key=command.conversation_id,
                headers=headers(command, timestamp(time.time_ns() // 1_000_000)),
            )  # fmt: skip
            fault_point("erasure-group-left")
        return not groups
