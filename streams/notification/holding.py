"""Runs that are acknowledged when all that hangs on them is done, not when their flush returns."""

from dataclasses import dataclass

from streams.runtime.records import Run


@dataclass(slots=True)
class Hold:
    """Acknowledges a run once everybody who held it has let go."""

    run: Run
    holders: int = 1

    def hold(self) -> None:
        self.holders += 1

    def release(self) -> None:
        self.holders -= 1
        if not self.holders:
            self.run.ack()


@dataclass(frozen=True, slots=True)
class HeldRun(Run):
    hold: Hold


def held(run: Run) -> HeldRun:
    """The same run, whose acknowledgement lets go of it once."""
    hold = Hold(run)
    return HeldRun(run.partition, run.records, hold.release, hold)
