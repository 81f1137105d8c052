"""The conversations of a view, slice by slice: so many that memory holds all that is known of them. Pure.

A slice is a range of ids. They are hashes, so slices are about equal; and slice by slice, conversations come in the
order of their ids, however many slices there are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from infra.stores.whole_views import Part, Partition

RECORDS = 100_000
"""That a slice should have, of the log; with their rows they take some 200 MB."""
SLICES_MAX = 1 << 16
_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Slicing:
    """Into `count` slices; of these every `step`-th counts, for a sample."""

    count: int
    step: int = 1

    @classmethod
    def of(cls, records: int, sample: float = 1.0) -> "Slicing":
        """For so many records, of which a share is looked at."""
        step = max(1, round(1 / sample))
        count = max(1, -(-records // RECORDS))
        return cls(min(SLICES_MAX, -(-count // step) * step), step)

    @property
    def chosen(self) -> Sequence[int]:
        return range(0, self.count, self.step)

    def number(self, id_: bytes) -> int:
        """The slice of a conversation, by the 16 bytes of its id."""
        return int.from_bytes(id_[:2]) * self.count >> 16

    def number_of_key(self, key: bytes) -> int:
        """The same by its id as a text, which is a record's key. Raises ValueError where it is none."""
        return int(key[:4], 16) * self.count >> 16


@dataclass(slots=True)
class Partitions:
    """Which partitions a version has, by slice: 16 bytes and the part's width for each."""

    slicing: Slicing
    part_bytes: int
    _packed: dict[int, bytearray] = field(default_factory=dict)

    def add(self, partitions: Iterable[Partition]) -> None:
        for id_, part in partitions:
            number = self.slicing.number(id_)
            if number % self.slicing.step == 0:
                self._packed.setdefault(number, bytearray()).extend(id_ + part)

    def take(self, number: int) -> Mapping[str, set[Part]]:
        """The parts of each conversation of a slice, which are forgotten here."""
        found: dict[str, set[Part]] = {}
        for id_, part in self._unpacked(self._packed.pop(number, bytearray())):
            found.setdefault(str(UUID(bytes=id_)), set()).add(part)
        return found

    def _unpacked(self, packed: bytearray) -> Iterator[Partition]:
        width = _ID_BYTES + self.part_bytes
        for start in range(0, len(packed), width):
            yield bytes(packed[start : start + _ID_BYTES]), bytes(packed[start + _ID_BYTES : start + width])
