"""A short run on the tests' stack: each part is killed once, and more is done to it, in an order from a fixed seed.

What it recorded is judged; then bugs are planted into it, each of which must turn its checker red, and no other.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from infra.local.stack import Stack
from tests.chaos.checkers import judge
from tests.chaos.own_stack import OwnStack
from tests.chaos.planted import PLANTED, Planted
from tests.chaos.run import Outcome, Plan, run
from tests.chaos.setting import setting
from tests.conftest import PUSH_JOURNAL

SEED = 10  # of few rounds: both pauses come in one, and so do the two stores that take longest
SESSION_SECONDS = 10.0
FAULTS = (
    "kill", "flush", "poison", "pause:conversation", "pause:gateway-1",
    "cut:clients", "reset:clients", "delay:clients", "slice:clients", "vanish:clients",
)  # fmt: skip

pytestmark = [pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outcome(system: Stack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Outcome]:
    own = OwnStack(system, PUSH_JOURNAL, proxies={}, clock=None)
    async with setting(own, seed=SEED, session_seconds=SESSION_SECONDS, names=FAULTS) as here:
        yield await run(here, Plan(SEED, seconds=None), tmp_path_factory.mktemp("chaos"), print)


class TestShortRun:
    async def test_no_promise_is_broken(self, outcome: Outcome) -> None:
        assert [] == outcome.violations

    async def test_every_fault_struck(self, outcome: Outcome) -> None:
        assert [] == outcome.never_struck

    @pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.what.replace(" ", "-"))
    async def test_planted_bug_is_seen_by_its_checker_alone(self, outcome: Outcome, planted: Planted) -> None:
        history, evidence = planted.plant(outcome.history, outcome.evidence)

        assert {planted.checker} == {one.checker for one in judge(history, evidence)}
