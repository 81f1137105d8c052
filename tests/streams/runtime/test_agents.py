"""What stands between Faust and an agent: readiness, stopping, and the patience of the group."""

import pytest

from streams.runtime import agents
from streams.runtime.agents import Running, faust_app
from streams.runtime.settings import StreamSettings
from tests.streams.runtime.listener import Listener, no_fault


@pytest.fixture
async def listener() -> Listener:
    return Listener()


@pytest.fixture
async def running(listener: Listener) -> Running:
    return faust_app(listener, StreamSettings(), no_fault)


class TestAssigned:
    async def test_ready_with_its_partitions_be_they_none(self, running: Running, listener: Listener) -> None:
        assert not running.is_ready
        await running.assigned(frozenset())
        assert (running.is_ready, listener.told) == (True, ["assigned []"])

    async def test_nothing_is_begun_while_it_stops(self, running: Running, listener: Listener) -> None:
        running.is_stopping = True
        await running.assigned(frozenset({1}))
        assert listener.told == []


class TestRevoked:
    async def test_waits_for_the_agent(self, running: Running, listener: Listener) -> None:
        await running.revoked()
        assert listener.told == ["revoked"]

    async def test_not_for_ever(self, running: Running, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
        """The whole group waits meanwhile: the fault that comes of it ends the process."""
        monkeypatch.setattr(agents, "LET_GO_SECONDS", 0.01)
        listener.lets_go.clear()
        with pytest.raises(TimeoutError):
            await running.revoked()
