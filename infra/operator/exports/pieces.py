"""Which ranges of a partition are written next. Pure: file boundaries are a function of the log alone.

A file holds at most one aligned range of RANGE_RECORDS offsets, and records of one date. The last one is open until
its range is full: the next export writes it anew, longer, under another name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from infra.operator.exports.manifest import Gap, LogFile
from infra.operator.running import Failed
from infra.stores.log_reading import Span

RANGE_RECORDS = 65_536
"""Durable: with another number the same log makes other files."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is written at once. `replaced` goes when it stands; before it there is the gap, if any."""

    span: Span
    replaced: LogFile | None = None
    gap: Gap | None = None


def pieces(span: Span, files: Sequence[LogFile], *, accept_gap: bool = False) -> list[Piece]:
    """What is missing of `span`, which is all that the log has of a partition, where `files` are there already.

    Raises Failed where the log has lost what comes next, or ends before them.
    """
    if not files:
        return [Piece(one) for one in _ranges(span)]
    last = files[-1]
    position = last.last_offset + 1
    if span.end < position:
        raise Failed(f"{_name(span)} ends at offset {span.end}, the export at {position}: it is of another log")
    if span.end == position:
        return []
    if position % RANGE_RECORDS and span.start <= last.first_offset:
        first, *rest = _ranges(Span(span.topic, span.partition, last.first_offset, span.end))
        return [Piece(first, replaced=last), *map(Piece, rest)]
    gap = _gap(span, position, accept_gap=accept_gap)
    first, *rest = _ranges(Span(span.topic, span.partition, max(position, span.start), span.end))
    return [Piece(first, gap=gap), *map(Piece, rest)]


def _gap(span: Span, position: int, *, accept_gap: bool) -> Gap | None:
    if span.start <= position:
        return None
    gap = Gap(span.topic, span.partition, position, span.start - 1)
    if not accept_gap:
        raise Failed(
            f"{_name(span)}: offsets {gap.first} to {gap.last} are no longer kept, and were not exported in time; "
            f"--accept-gap goes on without them"
        )
    return gap


def _ranges(span: Span) -> Iterator[Span]:
    start = span.start
    while start < span.end:
        end = min(span.end, (start // RANGE_RECORDS + 1) * RANGE_RECORDS)
        yield Span(span.topic, span.partition, start, end)
        start = end


def _name(span: Span) -> str:
    return f"{span.topic}/{span.partition}"
