"""Holes in a conversation: what is missing, and when to ask the timeline for it (again). Pure.

The timeline follows the log, normally within 300 ms, so a page that does not show the missing events yet is
asked for again; only after `ATTEMPTS_MAX` pages without progress is a hole given up.
"""

from dataclasses import dataclass, field

ATTEMPTS_MAX = 12  # with the waits below: about 15 seconds
_FIRST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 2.0


@dataclass(slots=True)
class Hole:
    """Events up to `until_seq` exist. `ask_at` is None while a page is on its way."""

    until_seq: int
    attempts: int = 0
    ask_at: float | None = 0.0

    def wait(self, now: float, *, is_counted: bool) -> None:
        """No progress: ask again later. A server that could not be reached does not count."""
        seconds = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2**self.attempts)
        self.attempts += 1 if is_counted else 0
        self.ask_at = now + seconds

    def progress(self) -> None:
        """The page helped, but not enough: ask for the next at once."""
        self.attempts = 0
        self.ask_at = 0.0


@dataclass(slots=True)
class Holes:
    """The holes by conversation."""

    _holes: dict[str, Hole] = field(default_factory=dict)

    def __getitem__(self, conversation_id: str) -> Hole:
        return self._holes[conversation_id]

    def __contains__(self, conversation_id: str) -> bool:
        return conversation_id in self._holes

    def open(self, conversation_id: str, until_seq: int) -> None:
        """Something up to this seq is missing."""
        hole = self._holes.setdefault(conversation_id, Hole(until_seq))
        hole.until_seq = max(hole.until_seq, until_seq)

    def close(self, conversation_id: str) -> None:
        """Nothing is missing any more."""
        self._holes.pop(conversation_id, None)

    def clear(self) -> None:
        """All are forgotten."""
        self._holes.clear()

    def take_due(self, now: float) -> list[str]:
        """The conversations to ask for now; each counts as asked."""
        due = [name for name, hole in self._holes.items() if hole.ask_at is not None and hole.ask_at <= now]
        for name in due:
            self._holes[name].ask_at = None
        return due

    def next_at(self) -> float | None:
        """When to ask next."""
        return min((hole.ask_at for hole in self._holes.values() if hole.ask_at is not None), default=None)
