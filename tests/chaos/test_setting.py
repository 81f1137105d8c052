"""Which faults are chosen, and that all there is stands on this machine."""

from pathlib import Path

import pytest

from tests.chaos.own_stack import SESSION_SECONDS, own_stack
from tests.chaos.proxy import HOST
from tests.chaos.setting import UnknownFault, setting


async def names(folder: Path, *wanted: str) -> list[str]:
    own = own_stack(folder, 3_000)
    async with setting(own, seed=1, session_seconds=SESSION_SECONDS, names=wanted) as here:
        assert here.url.startswith(f"http://{HOST}:")
        return [one.name for one in here.faults]


class TestFaults:
    async def test_chosen_by_kind_and_by_name(self, tmp_path: Path) -> None:
        assert ["kill:redis", "flush:redis"] == await names(tmp_path, "flush", "kill:redis")

    async def test_all(self, tmp_path: Path) -> None:
        every = await names(tmp_path)
        assert {"kill:kafka-3", "pause:gateway-1", "lose-answers:kafka-2", "cut:postgres", "vanish:clients"} <= {*every}
        assert len(set(every)) == len(every)

    async def test_unknown_refused_with_what_there_is(self, tmp_path: Path) -> None:
        with pytest.raises(UnknownFault, match=r"no such fault: nonsense\. There are: .*kill:api"):
            await names(tmp_path, "kill", "nonsense")
