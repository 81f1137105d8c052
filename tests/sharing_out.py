"""How `make test` shares its tests out to two workers, each with a stack of its own.

Those on the whole system are one part, those on the stores another, each in its order; the others run between. Most
tests on a stack wait, for a session that runs out or a process that starts: side by side they take half the time.
"""

import os

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has no types

WITHOUT_STACK = (
    "tests/bench/",
    "tests/clients/",
    "tests/infra/balancer/",
    "tests/infra/compose/",
    "tests/infra/dashboards/",
    "tests/infra/fake_push/",
    "tests/infra/local/",
    "tests/infra/operator/exports/",
    "tests/infra/operator/proof/",
    "tests/infra/operator/rebuilds/",
    "tests/infra/site/",
    "tests/infra/telemetry/",
    "tests/schemas/",
    "tests/streams/media/decoding/",
    "tests/streams/presence/",
)
ON_STORES = ("tests/infra/operator/", "tests/infra/stores/", "tests/integration/", "tests/streams/")
PORTS_BETWEEN = 4_000


def worker_number() -> int:
    """Which worker this is; 0 as well where there are none."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def needs_no_stack(nodeid: str) -> bool:
    return nodeid.startswith(WITHOUT_STACK)


class TwoStacks(LoadScopeScheduling):  # type: ignore[misc]  # likewise
    """Not `xdist_group`: it marks a test by its node id, which pytest 9 builds anew."""

    def _split_scope(self, nodeid: str) -> str:
        if needs_no_stack(nodeid):
            return nodeid.split("::", maxsplit=1)[0]
        return "stores" if nodeid.startswith(ON_STORES) else "system"
