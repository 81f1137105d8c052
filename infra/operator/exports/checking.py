"""Whether an export's files are as its manifest says."""

from collections.abc import Sequence

from infra.operator.exports.manifest import LogFile, ViewFile
from infra.stores.export_places import ExportPlace


async def faults(place: ExportPlace, files: Sequence[LogFile | ViewFile], *, is_whole: bool = True) -> list[str]:
    """A sentence for each of these files that is missing or damaged. Not whole: only sizes are looked at.

    Raises PlaceUnusable, StoreUnavailable.
    """
    sizes, sentences = await place.sizes(), []
    for one in files:
        if one.name not in sizes:
            sentences.append(f"{one.name} is missing")
        elif sizes[one.name] != one.bytes:
            sentences.append(f"{one.name} is damaged: {sizes[one.name]:,} bytes, not {one.bytes:,}")
        elif is_whole and await place.sha256(one.name) != one.sha256:
            sentences.append(f"{one.name} is damaged: its SHA-256 is not that of the manifest")
    return sentences
