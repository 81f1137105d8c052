"""Which version of a view counts: the tables of each version stand beside those of the others, with its number."""

from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

from cassandra.query import PreparedStatement

from infra.stores.cassandra import Cassandra

T = TypeVar("T")
Which = Callable[[], int]
"""Asked at each use: a writer's answer is always the same, a reader's changes when another version goes live."""
Versions = Callable[[], Sequence[int]]
"""All versions of a view that are written, the live one first."""


def fixed(version: int) -> Which:
    return lambda: version


class Pinned:
    """A version that changes only when its user says so: what is loaded, and what is saved for it, are of one."""

    def __init__(self, which: Which) -> None:
        self._which = which
        self._version = which()

    def __call__(self) -> int:
        return self._version

    def renew(self) -> bool:
        """Take the one that counts now; whether it is another."""
        before, self._version = self._version, self._which()
        return before != self._version


class Prepared(Generic[T]):
    """Statements of a view in Cassandra for the version that counts now; prepared when one is met for the first time.

    In `texts`, by the names of `make`'s fields, `{version}` stands for its number.
    """

    def __init__(
        self, cassandra: Cassandra, which: Which, texts: Mapping[str, str], make: Callable[..., T]
    ) -> None:
        self._cassandra = cassandra
        self._which = which
        self._texts = texts
        self._make = make
        self._made: dict[int, T] = {}

    async def get(self) -> T:
        """Raises StoreUnavailable."""
        version = self._which()
        if version not in self._made:
            statements: dict[str, PreparedStatement] = {
                name: await self._cassandra.prepare(text.format(version=version)) for name, text in self._texts.items()
            }
            self._made[version] = self._make(**statements)
        return self._made[version]
