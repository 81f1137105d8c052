"""What an export holds, as its `manifest.json` says. It is the truth: files that it does not name count for nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct, structs

from infra.operator.running import Failed

NAME = "manifest.json"


class LogFile(Struct, frozen=True):
    """The records of a partition from `first_offset` to `last_offset`, both included, all appended on `date` (UTC)."""

    name: str
    topic: str
    partition: int
    date: str
    first_offset: int
    last_offset: int
    rows: int
    bytes: int
    sha256: str
    schema_version: int


class ViewFile(Struct, frozen=True):
    """The rows of a live view as they were found from `taken_at` on."""

    name: str
    view: str
    taken_at: str
    rows: int
    bytes: int
    sha256: str
    schema_version: int


class Gap(Struct, frozen=True):
    """Offsets that the log no longer kept when they were to be exported, `first` to `last`."""

    topic: str
    partition: int
    first: int
    last: int


class Manifest(Struct, frozen=True):
    """`logs`: the id of each topic that was exported, which names its log."""

    logs: Mapping[str, str] = {}
    files: tuple[LogFile, ...] = ()
    views: tuple[ViewFile, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def all_files(self) -> Sequence[LogFile | ViewFile]:
        return (*self.files, *self.views)

    def of(self, topic: str, partition: int) -> list[LogFile]:
        """A partition's files by their offsets."""
        return [one for one in self.files if (one.topic, one.partition) == (topic, partition)]

    def with_log(self, topic: str, topic_id: str) -> "Manifest":
        return structs.replace(self, logs={**self.logs, topic: topic_id})

    def with_files(self, new: Iterable[LogFile], replaced: LogFile | None, gap: Gap | None) -> "Manifest":
        kept = [one for one in self.files if one != replaced]
        files = tuple(sorted([*kept, *new], key=lambda one: (one.topic, one.partition, one.first_offset)))
        return structs.replace(self, files=files, gaps=(*self.gaps, gap) if gap else self.gaps)

    def with_view(self, view: str, new: Iterable[ViewFile]) -> "Manifest":
        """A view's rows instead of those that were there."""
        kept = [one for one in self.views if one.view != view]
        return structs.replace(self, views=tuple(sorted([*kept, *new], key=lambda one: one.name)))

    def holes(self) -> list[str]:
        """Sentences about records that lie between files, or in two: none in a sound export."""
        known = {(one.topic, one.partition, one.last + 1) for one in self.gaps}
        sentences = []
        for before, after in zip(self.files, self.files[1:], strict=False):
            place = (after.topic, after.partition, after.first_offset)
            is_same = (before.topic, before.partition) == (after.topic, after.partition)
            if is_same and before.last_offset + 1 != after.first_offset and place not in known:
                sentences.append(f"{after.name} does not begin where {before.name} ends")
        return sentences


def encode(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def decode(data: bytes) -> Manifest:
    """Raises Failed."""
    try:
        return msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as broken:
        raise Failed(f"the export is damaged: {NAME} cannot be read: {broken}") from broken


class Described(Struct, frozen=True):
    """How much of what there is. `rows`: of each topic and each table."""

    rows: Mapping[str, int]
    files: int
    bytes: int


def described(manifest: Manifest) -> Described:
    rows: Counter[str] = Counter()
    for one in manifest.all_files:
        rows[one.topic if isinstance(one, LogFile) else one.view] += one.rows
    return Described(dict(rows), len(manifest.all_files), sum(one.bytes for one in manifest.all_files))
