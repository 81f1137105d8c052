"""The ordered acknowledger: which offset may be committed, per partition, given what was read and acknowledged.

Pure: the time is an input. A run is entered when it is read, before anybody could drop it, and counts only once all
runs before it count too, whatever the order in which they were acknowledged.
"""

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Entry:
    """A run that was read: the offset after its last record, how many records it has, when its first was appended."""

    next_offset: int
    records: int
    at_ms: int = 0
    is_acked: bool = False


@dataclass(slots=True)
class Ledger:
    """One partition's account. `committable` only grows; `None` means that nothing was acknowledged yet."""

    entries: deque[Entry] = field(default_factory=deque)
    committable: int | None = None
    committed: int | None = None
    pending_records: int = 0
    moved_at: float = 0

    def enter(self, next_offset: int, records: int, now: float = 0, at_ms: int = 0) -> Entry:
        if not self.entries:
            self.moved_at = now
        entry = Entry(next_offset, records, at_ms)
        self.entries.append(entry)
        self.pending_records += records
        return entry

    def ack(self, entry: Entry, now: float = 0) -> None:
        if entry.is_acked:
            return
        entry.is_acked = True
        self.pending_records -= entry.records
        while self.entries and self.entries[0].is_acked:
            self.committable = self.entries.popleft().next_offset
            self.moved_at = now

    def due(self) -> int | None:
        """The offset to commit now, or None if there is nothing new."""
        return None if self.committable == self.committed else self.committable

    def oldest_ms(self) -> int | None:
        """When the oldest record that is not acknowledged was appended; None if there is none."""
        return self.entries[0].at_ms if self.entries else None

    def standing_since(self) -> float | None:
        """Since when the oldest run has been waiting for its acknowledgement; None if there is none."""
        return self.moved_at if self.entries else None
