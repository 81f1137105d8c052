"""`backchannel garbage`: lists what the chore would delete, and deletes it when told to."""

from rich.console import Console

from infra.operator import running
from infra.stores.media_garbage import MediaGarbage
from infra.stores.objects import Objects
from infra.stores.postgres import Postgres
from infra.stores.settings import ObjectSettings, StoreSettings


def run(*, grace_seconds: float, is_dry: bool) -> None:
    running.run(lambda: _run(grace_seconds=grace_seconds, is_dry=is_dry))


async def _run(*, grace_seconds: float, is_dry: bool) -> None:
    console = Console(highlight=False, soft_wrap=True)
    postgres = await Postgres.connect(StoreSettings())
    buckets = ObjectSettings()
    objects = Objects(buckets)
    garbage = MediaGarbage(postgres, objects, buckets, grace_seconds=grace_seconds)
    try:
        rows = 0 if is_dry else await garbage.forget()
        count = size = 0
        async for one in garbage.find() if is_dry else garbage.collect():
            console.print(f"{one.modified_at:%Y-%m-%d %H:%M}  {one.size:>11,}  {one.bucket}/{one.key}  {one.why}")
            count, size = count + 1, size + one.size
        did = "would be deleted" if is_dry else f"deleted, and {rows} rows"
        console.print(f"{count} objects of {size:,} bytes {did}")
    finally:
        await objects.close()
        await postgres.close()
