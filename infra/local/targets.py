"""Where the processes of a stack tell their metrics: for `backchannel top`, and for Prometheus."""

from collections.abc import Mapping

from infra.local.services import services
from infra.local.settings import HOST, LocalSettings

NOT_OURS = frozenset({"fake-push", "prometheus"})


def targets(settings: LocalSettings) -> Mapping[str, str]:
    """Addresses by the names of parts."""
    return {part.name: f"{HOST}:{part.port}" for part in services(settings) if part.name not in NOT_OURS}
