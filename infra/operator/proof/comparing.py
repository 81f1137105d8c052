"""Compares a version of a view, slice by slice, with another version or with what the log says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from infra.operator.proof.differing import Difference, Digest, Tally
from infra.operator.proof.horizon import Horizon
from infra.operator.proof.log import EventLog, Records, among
from infra.operator.proof.origins import origin
from infra.operator.proof.repairing import ABOVE, Repair
from infra.operator.proof.rows import Rows
from infra.operator.proof.settling import Fold, Parts, Settled, Settling, Within, parts_of
from infra.operator.proof.slices import Partitions, Slicing
from infra.operator.proof.stored import StoredView
from infra.operator.story import place_of
from infra.stores.log_ends import Offsets
from infra.stores.timeline import bucket_of
from infra.stores.whole_receipts import watermark_part
from infra.stores.whole_timeline import bucket_part
from infra.stores.whole_views import Part
from schemas.partitioning import partition_of
from schemas.topics import CONVERSATION_EVENTS
from streams.runtime.records import Record


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of a view is looked at: one conversation, or of these slices those of some of the log's partitions."""

    slicing: Slicing
    partitions: Collection[int] | None = None
    conversation_id: str | None = None

    def wants(self, key: bytes, number: int) -> bool:
        """Whether a record with this key is of a slice; False for a key that is no id."""
        if self.conversation_id is not None:
            return key == self.conversation_id.encode()
        try:
            return self.slicing.number_of_key(key) == number
        except ValueError:
            return False

    def has(self, conversation_id: str) -> bool:
        partition = partition_of(conversation_id.encode(), CONVERSATION_EVENTS.partitions)
        return self.partitions is None or partition in self.partitions


@dataclass(slots=True)
class Comparison:
    """Of one view; `wanted` is what should be, `found` the version that is looked at. All calls raise Failed,
    StoreUnavailable, RangeGone."""

    log: EventLog
    horizon: Horizon
    chosen: Chosen
    wanted: StoredView | Fold
    found: StoredView
    tally: Tally
    within: Within = lambda rows: rows
    repair: Repair | None = None
    wanted_digest: Digest = field(default_factory=Digest)
    found_digest: Digest = field(default_factory=Digest)
    _stored: list[Partitions] = field(default_factory=list)

    async def survey(self) -> None:
        """Find out which partitions there are in the stores, but for a single conversation: the log knows its."""
        if self.chosen.conversation_id is not None:
            return
        for view in (self.wanted, self.found):
            if isinstance(view, StoredView):
                partitions = Partitions(self.chosen.slicing, view.whole.part_bytes)
                async for page in view.whole.partitions():
                    partitions.add(page)
                self._stored.append(partitions)

    async def compare(self, number: int, records: Records | None, starts: Offsets, known: Offsets) -> None:
        """A slice; `records` are all of its own from the offsets `starts` to before `known`, if they were read."""
        parts = self._parts(number, records)
        if isinstance(self.wanted, StoredView):
            wanted: Mapping[str, Rows] = await self.wanted.read(parts)
        else:
            wanted = await self.wanted(records or {})
            for id_, rows in wanted.items():
                parts[id_].update(parts_of_rows(rows))
        found = await self.found.read(parts)
        suspects = {id_: some for id_, some in parts.items() if self._differ(wanted.get(id_, {}), found[id_])}
        settled, theirs = await self._settle(suspects, records, starts, known)
        for id_ in sorted(parts):
            rows = self.within(wanted.get(id_, {}))
            self._count(id_, settled.get(id_) or Settled(rows, rows, ()), theirs.get(id_, ()))

    def _parts(self, number: int, records: Records | None) -> dict[str, set[Part]]:
        parts: dict[str, set[Part]] = {}
        for partitions in self._stored:
            for id_, some in partitions.take(number).items():
                if self.chosen.has(id_):
                    parts.setdefault(id_, set()).update(some)
        for id_, some_records in (records or {}).items():
            known = parts.setdefault(id_, set())
            if self.chosen.conversation_id is not None:
                known.update(parts_of(self.found.version.name, id_, some_records))
        return parts

    def _differ(self, wanted: Rows, found: Rows) -> bool:
        return wanted != found and self.within(wanted) != self.within(found)

    async def _settle(
        self, suspects: Parts, records: Records | None, starts: Offsets, known: Offsets
    ) -> tuple[Mapping[str, Settled], Records]:
        """What is left of the differences when the conversations stand still, and after repair; their records."""
        if not suspects:
            return {}, {}
        if records is None:
            known = await self.log.ends()
            theirs = await self.log.read(among(suspects), starts, known)
        else:
            theirs = {id_: list(records.get(id_, ())) for id_ in suspects}
        settling = Settling(self.log, self.horizon, self.wanted, self.found, self.within)
        settled, known = await settling.settle(suspects, theirs, known)
        differing = [one for each in settled.values() for one in each.differences or ()]
        if self.repair is not None:
            for above in ABOVE:
                # What the log knows nothing of stays: it may be the wrong log.
                left = [one for id_ in settled if theirs.get(id_) for one in settled[id_].differences or ()]
                if not left:
                    break
                known = await self.repair(left, theirs, known, above)
                again = {one.conversation_id: suspects[one.conversation_id] for one in left}
                mended, known = await settling.settle(again, theirs, known)
                settled = {**settled, **mended}
            self.tally.repaired += len(differing) - sum(len(each.differences or ()) for each in settled.values())
        return settled, theirs

    def _count(self, id_: str, settled: Settled, records: Sequence[Record]) -> None:
        def place(one: Difference) -> str | None:
            found = origin(one.key, records)
            return place_of(found) if found else None

        if settled.differences is None:
            self.tally.unjudged += 1
        else:
            self.tally.add(settled.wanted, settled.found, settled.differences, place)
        if settled.differences and not records:
            self.tally.unknown += len(settled.differences)
        self.wanted_digest.add(id_, settled.wanted)
        self.found_digest.add(id_, settled.found)


def parts_of_rows(rows: Rows) -> set[Part]:
    """The partitions that these rows stand in."""
    parts: set[Part] = set()
    for key in rows:
        match key:
            case ("timeline", seq):
                parts.add(bucket_part(bucket_of(seq)))
            case ("receipts", user_id, kind, _):
                parts.add(watermark_part(user_id, kind))
    return parts
