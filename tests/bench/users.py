"""Who connects: the interface between the measures and the two ways of making users."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

TicketFactory = Callable[[], Awaitable[str]]


@dataclass(frozen=True)
class BenchUser:
    """One device of a user, and how it gets the ticket of its next connection."""

    user_id: str
    device_id: str
    ticket: TicketFactory


class UserSource(Protocol):
    is_quick: bool
    """Whether ten thousand users cost no more than two thousand with five devices each."""

    async def devices(self, *, users: int, per_user: int) -> list[BenchUser]:
        """`users * per_user` devices in a fixed order; the first `users` belong to different users."""
        ...

    async def close(self) -> None: ...
