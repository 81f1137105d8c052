"""Which records of the log are asked for. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from infra.stores.log_reading import Keep, Record
from schemas.envelope import header
from schemas.times import milliseconds

_AGO = re.compile(r"(\d+)\s*([smhd])")
_UNIT_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that is given must hold. `user_id`: the record names this person anywhere. `types`: any of these."""

    conversation_id: str | None = None
    user_id: str | None = None
    types: frozenset[str] = frozenset()

    def keep(self) -> Keep:
        """Whether a record names whom it should: known without its headers. Asked of every record that is read."""
        ids = tuple(id_.encode() for id_ in (self.conversation_id, self.user_id) if id_ is not None)

        def names(key: bytes | None, value: bytes) -> bool:
            for id_ in ids:  # noqa: SIM110 — a generator would take twice as long
                if key != id_ and id_ not in value:
                    return False
            return True

        return names

    def matches(self, record: Record) -> bool:
        return self.keep()(record.key, record.value) and (not self.types or type_of(record) in self.types)


@dataclass(frozen=True, slots=True)
class Range:
    """Which records; `to_offset` and `until_ms` are not included."""

    partition: int | None = None
    from_offset: int | None = None
    to_offset: int | None = None
    since_ms: int | None = None
    until_ms: int | None = None

    def holds(self, record: Record) -> bool:
        return (
            self.partition in (None, record.partition)
            and (self.from_offset or 0) <= record.offset
            and (self.to_offset is None or record.offset < self.to_offset)
            and (self.since_ms or 0) <= record.at_ms
            and (self.until_ms is None or record.at_ms < self.until_ms)
        )


def type_of(record: Record) -> str:
    """The name of the value's type, without its version; empty if the record does not say."""
    name, _, _ = (header(record.headers, "ce_type") or b"").decode(errors="replace").partition(".")
    return name


def moment_ms(text: str, now: datetime | None = None) -> int:
    """Milliseconds since 1970 of `2026-11-29T15:00:00Z`, of a day, or of so long ago: `90s`, `10m`, `2h`, `7d`.

    Raises ValueError.
    """
    if ago := _AGO.fullmatch(text):
        number, unit = ago.groups()
        return round((now or datetime.now(UTC)).timestamp() * 1000) - int(number) * _UNIT_MS[unit]
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        text += "T00:00:00Z"
    return milliseconds(text)
