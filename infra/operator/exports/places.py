"""Commands about an export: its place is opened and closed, and what goes wrong with it is a sentence."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer

from infra.operator.running import Failed, run
from infra.stores.export_buckets import place_at
from infra.stores.export_places import ExportPlace, PlaceTaken, PlaceUnusable
from infra.stores.settings import ObjectSettings

T = TypeVar("T")


def at_place(url: str, work: Callable[[ExportPlace], Awaitable[T]]) -> T:
    """`url` as `place_at` takes it; a wrong one is wrong use."""

    async def opened() -> T:
        try:
            place = place_at(url, ObjectSettings())
        except ValueError as wrong:
            raise typer.BadParameter(str(wrong)) from wrong
        try:
            return await work(place)
        except (PlaceTaken, PlaceUnusable) as fault:
            raise Failed(str(fault)) from fault
        finally:
            await place.close()

    return run(opened)
