"""A run is acknowledged when the last who holds it lets go, and not before."""

from streams.notification.holding import held
from streams.runtime.records import Run


class TestHold:
    def test_acknowledged_by_the_last(self) -> None:
        acked: list[str] = []
        run = held(Run(0, [], lambda: acked.append("acked")))
        run.hold.hold()
        run.ack()
        assert [] == acked
        run.hold.release()
        assert ["acked"] == acked

    def test_at_once_where_nobody_holds_it(self) -> None:
        acked: list[str] = []
        held(Run(0, [], lambda: acked.append("acked"))).ack()
        assert ["acked"] == acked
