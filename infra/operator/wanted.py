"""Which records of the log are asked for. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from infra.stores.log_reading import StoredRecord
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

    def matches(self, record: StoredRecord) -> bool:
        if self.conversation_id is not None and not _names(record, self.conversation_id.encode()):
            return False
        if self.user_id is not None and not _names(record, self.user_id.encode()):
            return False
        return not self.types or type_of(record) in self.types


def _names(record: StoredRecord, id_: bytes) -> bool:
    return record.key == id_ or id_ in record.value


def type_of(record: StoredRecord) -> str:
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
