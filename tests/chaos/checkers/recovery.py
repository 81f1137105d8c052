"""Recovery is whole or refused: at `Synced` a device has had all that the log held when it began to connect, or a
snapshot that reaches as far."""

from collections.abc import Iterator, Sequence

from clients.python.frames import Snapshot, Synced
from tests.chaos.evidence import Evidence
from tests.chaos.history import History, Moment
from tests.chaos.records import Dialed, Started


def check(history: History, evidence: Evidence) -> Iterator[str]:
    for device_id, line in history.lines.items():
        yield from _Device(device_id, history.owners[device_id], evidence).follow(line)


class _Device:
    """What a device has: all up to a base that a snapshot gave it, and what came since."""

    def __init__(self, device_id: str, user_id: str, evidence: Evidence) -> None:
        self._device_id = device_id
        self._user_id = user_id
        self._evidence = evidence
        self._base: dict[str, int] = {}
        self._had: set[tuple[str, int]] = set()
        self._is_known = False  # whether it may ask for less than a snapshot

    def follow(self, line: Sequence[Moment]) -> Iterator[str]:
        dialed_at = 0.0
        for moment in line:
            if isinstance(moment.record, Dialed):
                dialed_at = moment.at
            elif isinstance(moment.record, Started) and not moment.record.has_cursors:
                self._base, self._had, self._is_known = {}, set(), False
            if isinstance(moment.frame, Snapshot):
                self._base = {one.conversation_id: one.head_seq for one in moment.frame.conversations}
            self._had |= {(event.conversation_id, event.seq) for event in moment.events}
            if isinstance(moment.frame, Synced):
                yield from self._synced(moment.frame, dialed_at)

    def _synced(self, frame: Synced, dialed_at: float) -> Iterator[str]:
        if frame.recovered and not self._is_known:
            yield f"{self._device_id} came with nothing, and was told that it had recovered"
        self._is_known = True
        for id_, timeline in self._evidence.timelines.items():
            member = self._evidence.members[id_].get(self._user_id)
            base = self._base.get(id_, 0)
            if member is None:
                continue
            wanted = [seq for seq, one in timeline.items() if seq > base and one.at < dialed_at and member.sees(seq)]
            missing = [seq for seq in wanted if (id_, seq) not in self._had]
            if missing:
                how = "recovered" if frame.recovered else "began anew"
                yield f"{self._device_id} {how} without seqs {missing[:5]} of {id_}"
