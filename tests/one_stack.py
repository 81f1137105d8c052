"""How `make test` shares its tests out: all that need the stack go to one worker, the others run beside them."""

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # it has no types

FOLDERS_WITHOUT = (
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


def needs_no_stack(nodeid: str) -> bool:
    return nodeid.startswith(FOLDERS_WITHOUT)


class OneStack(LoadScopeScheduling):  # type: ignore[misc]  # likewise
    """Not `xdist_group`: it marks a test by its node id, which pytest 9 builds anew."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("::", maxsplit=1)[0] if needs_no_stack(nodeid) else "stack"
