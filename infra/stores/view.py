"""A view of the log by name and version, as every store and every agent of it calls it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """A view's durable name and version; `group` is the consumer group that folds it."""

    name: str
    version: int

    @property
    def group(self) -> str:
        return f"{self.name}-{self.version}"

    @property
    def key(self) -> str:
        return f"position:{self.name}:{self.version}"
