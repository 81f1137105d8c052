"""Histories are written as they happen and read as they were."""

from pathlib import Path

from msgspec import Raw

from clients.python.frames import Synced
from tests.chaos.history import History, Recorder
from tests.chaos.records import Answered, Arrived, Began, Called, Dialed, Heard, Started

SYNCED = Raw(b'{"type":"Synced","recovered":true}')


class TestHistory:
    def test_read_as_it_was_written_also_of_a_run_that_was_cut_short(self, tmp_path: Path) -> None:
        path = tmp_path / "history.jsonl"
        recorder = Recorder(path)
        records = (
            Began(at=1.0, seed=7, faults=("kill:api",)),
            Called(at=2.0, call=1, user_id="u", device_id="d", way="http", command=Raw(b'{"client_id":"c"}')),
            Answered(at=3.0, call=1, outcome="unknown"),
        )
        for one in records:
            recorder.note(one)
        recorder.flush()

        history = History.read(path)
        assert records == history.records
        assert (7, {1: records[1]}, {1: records[2]}) == (history.seed, history.calls, history.answers)
        with recorder:
            pass

    def test_what_came_to_each_device_in_its_order(self) -> None:
        history = History(
            [
                Arrived(at=1.0, user_id="u", device_id="d"),
                Started(at=2.0, device_id="d", has_cursors=False),
                Dialed(at=3.0, device_id="d"),
                Heard(at=4.0, device_id="other", frame=SYNCED),
                Heard(at=5.0, device_id="d", frame=SYNCED),
            ]
        )
        assert [2.0, 3.0, 5.0] == [moment.at for moment in history.lines["d"]]
        assert Synced(recovered=True) == history.lines["d"][-1].frame
        assert {"d": "u"} == history.owners
