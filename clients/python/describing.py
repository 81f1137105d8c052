"""Conversations whose name and members the events alone do not tell: when to ask the API for them (again). Pure."""

from dataclasses import dataclass

ATTEMPTS_MAX = 10  # with the waits below: about 12 seconds; the list follows the log, normally within 300 ms
_FIRST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 2.0


@dataclass(slots=True)
class Wanted:
    """`ask_at` is None while the answer is on its way."""

    attempts: int = 0
    ask_at: float | None = 0.0


class Describing:
    """By conversation."""

    def __init__(self) -> None:
        self._wanted: dict[str, Wanted] = {}

    def want(self, conversation_id: str) -> None:
        """Ask as soon as possible."""
        self._wanted.setdefault(conversation_id, Wanted())

    def done(self, conversation_id: str) -> None:
        """It is described."""
        self._wanted.pop(conversation_id, None)

    def failed(self, conversation_id: str, now: float) -> None:
        """No answer, or one from before: again later, but not for ever."""
        wanted = self._wanted.get(conversation_id)
        if wanted is None:
            return
        wanted.ask_at = now + min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2**wanted.attempts)
        wanted.attempts += 1
        if wanted.attempts >= ATTEMPTS_MAX:
            del self._wanted[conversation_id]

    def again(self) -> None:
        """A new connection: what was asked is asked anew."""
        self._wanted = {name: Wanted() for name in self._wanted}

    def clear(self) -> None:
        """All are forgotten."""
        self._wanted.clear()

    def take_due(self, now: float) -> list[str]:
        """The conversations to ask for now; each counts as asked."""
        due = [name for name, one in self._wanted.items() if one.ask_at is not None and one.ask_at <= now]
        for name in due:
            self._wanted[name].ask_at = None
        return due

    def next_at(self) -> float | None:
        """When to ask next."""
        return min((one.ask_at for one in self._wanted.values() if one.ask_at is not None), default=None)
