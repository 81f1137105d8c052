"""The history of a run, written as JSON lines while it happens, and read again by who judges it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import msgspec

from clients.python.decoding import decode, decode_events
from clients.python.events import AnyTimelineEvent, TimelineEvent
from clients.python.frames import AnyFrame, CaughtUp
from tests.chaos.records import (
    Answered,
    AnyRecord,
    Arrived,
    Began,
    Called,
    Dialed,
    Heard,
    Paged,
    Record,
    Started,
    Struck,
)

R = TypeVar("R", bound=Record)

_encode = msgspec.json.Encoder().encode
_decoder: msgspec.json.Decoder[AnyRecord] = msgspec.json.Decoder(AnyRecord)


@dataclass(frozen=True, slots=True)
class Moment:
    """Something on a device's way: it started, dialed, heard a frame or got a page; `events` are what that brought."""

    at: float
    record: Started | Dialed | Heard | Paged
    frame: AnyFrame | None
    events: tuple[AnyTimelineEvent, ...]


class Recorder:
    """Writes records as they come; a run that is cut short leaves what it has seen."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("wb")
        self._calls = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def note(self, record: AnyRecord) -> None:
        if not self._file.closed:  # a late frame after the end is nobody's
            self._file.write(_encode(record) + b"\n")

    def next_call(self) -> int:
        self._calls += 1
        return self._calls

    def flush(self) -> None:
        self._file.flush()


class History:
    """All records of a run, in their order."""

    def __init__(self, records: Iterable[AnyRecord]) -> None:
        self.records = tuple(records)

    @classmethod
    def read(cls, path: Path) -> "History":
        return cls(_decoder.decode(line) for line in path.read_bytes().splitlines())

    def of(self, kind: type[R]) -> Iterator[R]:
        return (one for one in self.records if isinstance(one, kind))

    @cached_property
    def seed(self) -> int:
        return next(self.of(Began)).seed

    @cached_property
    def struck(self) -> Sequence[Struck]:
        return tuple(self.of(Struck))

    @cached_property
    def calls(self) -> Mapping[int, Called]:
        return {one.call: one for one in self.of(Called)}

    @cached_property
    def answers(self) -> Mapping[int, Answered]:
        return {one.call: one for one in self.of(Answered)}

    @cached_property
    def lines(self) -> Mapping[str, Sequence[Moment]]:
        """What came to each device, in its order."""
        found: dict[str, list[Moment]] = {}
        for one in self.records:
            if isinstance(one, Started | Dialed | Heard | Paged):
                found.setdefault(one.device_id, []).append(_moment(one))
        return found

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """Whose each device is."""
        return {one.device_id: one.user_id for one in self.of(Arrived)}


def _moment(record: Started | Dialed | Heard | Paged) -> Moment:
    match record:
        case Heard():
            frame = decode(bytes(record.frame))
            return Moment(record.at, record, frame, brought(frame))
        case Paged():
            return Moment(record.at, record, None, decode_events(record.events))
        case _:
            return Moment(record.at, record, None, ())


def brought(frame: AnyFrame) -> tuple[AnyTimelineEvent, ...]:
    """The timeline's events that a frame brings."""
    if isinstance(frame, CaughtUp):
        return frame.events
    return (frame,) if isinstance(frame, TimelineEvent) else ()
