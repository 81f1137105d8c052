"""What differs between two forms of a view, counted and explained; and a digest of all rows. Pure."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from infra.operator.proof.rows import FIELDS, RowKey, Rows, Values

Kind = Literal["missing", "extra", "different"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Of a row as it should be (`wanted`, None: not there) and as it is (`found`)."""

    conversation_id: str
    key: RowKey
    wanted: Values | None
    found: Values | None

    @property
    def kind(self) -> Kind:
        if self.found is None:
            return "missing"
        return "extra" if self.wanted is None else "different"

    @property
    def fields(self) -> Sequence[str]:
        """Those that differ, of a row that is on both sides."""
        if self.wanted is None or self.found is None:
            return ()
        names = FIELDS[self.key[0]]
        return [name for name, one, other in zip(names, self.wanted, self.found, strict=True) if one != other]


def differences(conversation_id: str, wanted: Rows, found: Rows) -> Iterator[Difference]:
    """In the order of their keys."""
    if wanted == found:
        return
    for key in sorted(wanted.keys() | found.keys()):
        one, other = wanted.get(key), found.get(key)
        if one != other:
            yield Difference(conversation_id, key, one, other)


@dataclass(slots=True)
class Tally:
    """What was compared; the first so many differences as examples, with the places of the events they come from."""

    examples_max: int
    conversations: int = 0
    equal: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    """How many rows differ in which field, as `table.field`."""
    unknown: int = 0
    """Rows that differ, in conversations that the log does not know."""
    unjudged: int = 0
    """Conversations that never stood still."""
    repaired: int = 0
    examples: list[tuple[Difference, str | None]] = field(default_factory=list)

    @property
    def differing(self) -> int:
        return self.kinds.total()

    def add(
        self,
        wanted: Rows,
        found: Rows,
        differing: Collection[Difference],
        place: Callable[[Difference], str | None],
    ) -> None:
        """A conversation."""
        self.conversations += 1
        self.equal += len(wanted.keys() | found.keys()) - len(differing)
        for one in differing:
            self.kinds[one.kind] += 1
            self.fields.update(f"{one.key[0]}.{name}" for name in one.fields)
            if len(self.examples) < self.examples_max:
                self.examples.append((one, place(one)))


class Digest:
    """SHA-256 over rows in their canonical form: equal digests are equal rows. Conversations come in the order of
    their ids."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._encode = msgspec.msgpack.Encoder(order="deterministic").encode

    def add(self, conversation_id: str, rows: Rows) -> None:
        if rows:
            self._hash.update(self._encode((conversation_id, [(key, rows[key]) for key in sorted(rows)])))

    def hex(self) -> str:
        return self._hash.hexdigest()
