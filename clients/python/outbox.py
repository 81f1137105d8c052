"""The outbox: commands that have no answer yet. Pure.

A command leaves it when it is answered or withdrawn; after a reconnect it is sent again, with the same
`client_id`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from clients.python.commands import Command, conversation_of, recipient_of


@dataclass(frozen=True, slots=True)
class FirstSent:
    """Where the log stood when the command was first sent: its event can only come after that."""

    epoch: str | None
    cursor: int
    server_time: datetime


@dataclass(frozen=True, slots=True)
class Pending:
    """A command without an answer. `is_sent` speaks of the present connection."""

    key: int
    command: Command
    conversation_id: str | None
    to_user_id: str | None
    is_sent: bool = False
    first_sent: FirstSent | None = None


@dataclass(slots=True)
class Outbox:
    """Pending commands in the order in which they were made."""

    _pending: dict[int, Pending] = field(default_factory=dict)
    _last_key: int = 0

    def __len__(self) -> int:
        return len(self._pending)

    def __iter__(self) -> Iterator[Pending]:
        return iter(list(self._pending.values()))

    def add(self, command: Command) -> Pending:
        """A new one, or the one that waits with the same client_id and content."""
        for pending in self._pending.values():
            if pending.command == command:
                return pending
        self._last_key += 1
        pending = Pending(self._last_key, command, conversation_of(command), recipient_of(command))
        self._pending[pending.key] = pending
        return pending

    def match(self, client_id: str | None, conversation_id: str | None) -> Pending | None:
        """The oldest pending command that an answer with these belongs to."""
        same = [pending for pending in self._pending.values() if pending.command.client_id == client_id]
        if conversation_id is None:
            return same[0] if same else None
        exact = [pending for pending in same if pending.conversation_id == conversation_id]
        without = [pending for pending in same if pending.conversation_id is None]
        return next(iter(exact + without), None)

    def settle(self, pending: Pending) -> None:
        """It has its answer."""
        self._pending.pop(pending.key, None)

    def mark_sent(self, pending: Pending, first_sent: FirstSent) -> None:
        """It went out on the present connection."""
        self._pending[pending.key] = replace(
            pending, is_sent=True, first_sent=pending.first_sent or first_sent
        )

    def mark_unsent(self, pending: Pending) -> None:
        """It must go out again."""
        self._pending[pending.key] = replace(pending, is_sent=False)

    def forget_connection(self) -> None:
        """Nothing that was sent can be trusted to have arrived."""
        for pending in self:
            self.mark_unsent(pending)
