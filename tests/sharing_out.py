"""How `make test` shares its tests out to two workers, each with a stack of its own.

Those on the whole system are one part, those on the stores alone another, each in its order. Then come those on either
worker's system, folder by folder, and those on no stack: whoever is free takes them. Most tests on a stack wait, for a
session that runs out or a process that starts: side by side they take half the time.
"""

import os
from collections.abc import Collection

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
ON_STORES = (
    "tests/gateway/",
    "tests/infra/operator/",
    "tests/infra/stores/",
    "tests/integration/conversation/",
    "tests/integration/media/",
    "tests/streams/",
)
ON_EITHER_SYSTEM = ("tests/chaos/", "tests/integration/", "tests/web/")
PORTS_BETWEEN = 4_000

_SYSTEM = frozenset({"system", "api_url"})
_STACK = _SYSTEM | {"stack"}


def worker_number() -> int:
    """Which worker this is; 0 as well where there are none."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def misplaced(nodeid: str, fixtures: Collection[str]) -> bool:
    """Whether a test asks for more than its part has: beside the system's agents, those of a test on the stores alone
    have company."""
    if nodeid.startswith(WITHOUT_STACK):
        return not _STACK.isdisjoint(fixtures)
    return nodeid.startswith(ON_STORES) and not _SYSTEM.isdisjoint(fixtures)


class TwoStacks(LoadScopeScheduling):  # type: ignore[misc]  # likewise
    """Not `xdist_group`: it marks a test by its node id, which pytest 9 builds anew."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(WITHOUT_STACK):
            return nodeid.split("::", maxsplit=1)[0]
        if nodeid.startswith(ON_STORES):
            return "stores"
        return next((folder for folder in ON_EITHER_SYSTEM if nodeid.startswith(folder)), "system")
