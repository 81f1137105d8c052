"""Which seqs a page of a timeline holds. Pure: seqs are dense, so a page is a range."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """From `first` to `last`, both included; empty if `last` is smaller."""

    first: int
    last: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Visible:
    """What a member may see of a timeline, both included."""

    first: int
    last: int

    def newest(self, limit: int) -> Range:
        return self.before(self.last + 1, limit)

    def before(self, seq: int, limit: int) -> Range:
        last = min(seq - 1, self.last)
        first = max(self.first, last - limit + 1)
        return Range(first, last, first > self.first and last >= first)

    def after(self, seq: int, limit: int) -> Range:
        first = max(seq + 1, self.first)
        last = min(self.last, first + limit - 1)
        return Range(first, last, first <= last < self.last)
