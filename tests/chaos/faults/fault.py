"""What every fault has."""

from abc import ABC, abstractmethod
from typing import ClassVar


class Fault(ABC):
    """`kind` and `target` name it; `proofs` counts what shows that it struck: a new pid, a stopped process, bytes that
    were not passed on. It lasts between `hold_seconds`."""

    kind: ClassVar[str]
    hold_seconds: tuple[float, float] = (0.5, 4.0)

    def __init__(self, target: str) -> None:
        self.target = target
        self.proofs = 0

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.target}"

    @abstractmethod
    async def begin(self) -> None:
        """Raises StackFault, OSError."""

    async def has_struck(self) -> bool:
        """Since it began, as far as it can be seen before it is healed. Raises StackFault."""
        return True

    @abstractmethod
    async def heal(self) -> None:
        """All is as before when it returns. Raises StackFault, OSError."""
