"""Which seqs a page of a timeline holds. Pure: seqs are dense, so a page is a range, or several where one was away."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.stores.inbox import Span


@dataclass(frozen=True, slots=True)
class Page:
    """From seq `first` to `last`, both included; empty if `last` is smaller. Not all between need be visible."""

    first: int
    last: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Visible:
    """What a member may see of a timeline: ascending spans that do not overlap."""

    spans: Sequence[Span]

    def newest(self, limit: int) -> Page:
        return self.before(self.spans[-1].last + 1, limit)

    def before(self, seq: int, limit: int) -> Page:
        """The last `limit` visible seqs before `seq`."""
        last, first, room = min(seq - 1, self.spans[-1].last), seq, limit
        for span in reversed(self.spans):
            high = min(span.last, last)
            low = max(span.first, high - room + 1)
            if low <= high:
                first, room = low, room - (high - low + 1)
            if not room:
                break
        return Page(first, last, first <= last and first > self.spans[0].first)

    def after(self, seq: int, limit: int) -> Page:
        """The first `limit` visible seqs after `seq`."""
        first, last, room = seq + 1, seq, limit
        for span in self.spans:
            low = max(span.first, first)
            high = min(span.last, low + room - 1)
            if low <= high:
                last, room = high, room - (high - low + 1)
            if not room:
                break
        return Page(first, last, first <= last < self.spans[-1].last)
