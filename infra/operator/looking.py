"""What commands about a person look into: all stores, connected; and how they show how far they are."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from infra.operator.running import Failed
from infra.stores import cache
from infra.stores.cache import Redis
from infra.stores.cassandra import Cassandra
from infra.stores.erasures import Erasures
from infra.stores.exports import Exports
from infra.stores.keys import Keys
from infra.stores.live_views import LiveViews
from infra.stores.log_reading import LogReader
from infra.stores.objects import Objects
from infra.stores.owned_media import OwnedMedia
from infra.stores.personal_data import PersonalData, Someone
from infra.stores.postgres import Postgres
from infra.stores.reading import readable_timeline
from infra.stores.settings import ObjectSettings, StoreSettings
from schemas.ids import is_id

RECORDS_AT_ONCE = 2_000
Looked = Callable[[str, int], None]
"""Is told of so many more records or rows that were looked at, and where."""


@dataclass(frozen=True, slots=True)
class Stores:
    """All that is looked through."""

    settings: StoreSettings
    object_settings: ObjectSettings
    postgres: Postgres
    cassandra: Cassandra
    redis: Redis
    objects: Objects
    keys: Keys
    erasures: Erasures
    people: PersonalData
    media: OwnedMedia
    exports: Exports
    log: LogReader


@asynccontextmanager
async def stores() -> AsyncIterator[Stores]:
    settings, object_settings = StoreSettings(), ObjectSettings()
    postgres, objects, redis = await Postgres.connect(settings), Objects(object_settings), cache.connect(settings)
    cassandra = await Cassandra.connect(settings)
    master_key = settings.master_key_bytes()
    try:
        live = await LiveViews.connect(postgres)
        timeline = await readable_timeline(
            cassandra, live.which("timeline"), postgres, objects, object_settings, is_one_replica_set=True
        )
        yield Stores(
            settings=settings,
            object_settings=object_settings,
            postgres=postgres,
            cassandra=cassandra,
            redis=redis,
            objects=objects,
            keys=Keys(postgres, master_key),
            erasures=Erasures(postgres, master_key),
            people=PersonalData(postgres),
            media=OwnedMedia(postgres, objects, object_settings, timeline),
            exports=Exports(postgres),
            log=LogReader(settings.kafka_bootstrap),
        )
    finally:
        await redis.aclose()
        await cassandra.close()
        await postgres.close()
        await objects.close()


async def find(use: Stores, whom: str) -> Someone:
    """Somebody by id or handle. Raises Failed, StoreUnavailable."""
    handle = whom.lower().removeprefix("@")
    someone = await use.people.someone(user_id=whom) if is_id(whom) else await use.people.someone(handle=handle)
    if someone is not None:
        return someone
    if await use.erasures.is_reserved(handle):
        raise Failed(f"the person who was called {handle!r} is erased: they are known by their id alone")
    raise Failed(f"there is nobody called {whom!r}")


@contextmanager
def progress() -> Iterator[Looked]:
    """Shows how much was looked at, on a terminal."""
    columns = (TextColumn("{task.description:32}"), TextColumn("{task.completed:>12,.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as shown:
        tasks = {}

        def looked(place: str, count: int) -> None:
            if place not in tasks:
                tasks[place] = shown.add_task(place, total=None)
            shown.update(tasks[place], advance=count)

        yield looked
