"""Idempotent work is done again while its store is away; any other fault goes up."""

import pytest

from infra.stores import faults
from infra.stores.faults import StoreUnavailable, until_available


class Store:
    """A store that is away for so many questions."""

    def __init__(self, away: int) -> None:
        self.away = away
        self.asked = 0

    async def ask(self) -> str:
        self.asked += 1
        if self.asked <= self.away:
            raise StoreUnavailable("away")
        return "answer"


class TestUntilAvailable:
    async def test_asks_once_when_it_answers(self) -> None:
        store = Store(0)
        assert ("answer", 1) == (await until_available(store.ask, "a store"), store.asked)

    async def test_asks_again_while_it_is_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(faults, "BACKOFF_FIRST_SECONDS", 0.001)
        monkeypatch.setattr(faults, "BACKOFF_LAST_SECONDS", 0.004)
        store = Store(6)
        assert ("answer", 7) == (await until_available(store.ask, "a store"), store.asked)

    async def test_any_other_fault_goes_up(self) -> None:
        async def broken() -> None:
            raise ValueError("broken")

        with pytest.raises(ValueError, match="broken"):
            await until_available(broken, "a store")
