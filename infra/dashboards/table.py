"""The table of metrics for people, `docs/metrics.md`, from the one in the code."""

from collections.abc import Sequence

from msgspec import Struct
from prometheus_client import Metric
from prometheus_client.metrics import MetricWrapperBase

from infra.telemetry import metrics
from infra.telemetry.latencies import Latencies

HEAD = """# Metrics

Every process of ours tells these at `/metrics`, beside `/healthz` and `/readyz`, and Python's own (`process_…`,
`python_…`). `infra/telemetry/metrics.py` is where they stand; this page is made from it by
`python -m infra.dashboards`. [Observing](observing.md) says what to do with them.

| metric | type | labels | what it tells |
| --- | --- | --- | --- |
"""


class Described(Struct, frozen=True):
    """A metric; `samples` are the names of its series, as queries use them."""

    name: str
    kind: str
    labels: Sequence[str]
    documentation: str
    samples: frozenset[str]


def described() -> Sequence[Described]:
    """All of ours, in the order of the code."""
    return [_describe(one) for one in vars(metrics).values() if isinstance(one, MetricWrapperBase | Latencies)]


def table() -> str:
    """The page."""
    rows = (
        f"| `{one.name}` | {one.kind} | {', '.join(f'`{label}`' for label in one.labels)} | {one.documentation} |\n"
        for one in described()
    )
    return HEAD + "".join(rows)


def _describe(one: MetricWrapperBase | Latencies) -> Described:
    family: Metric = next(iter(one.describe()))
    name = f"{family.name}_total" if family.type == "counter" else family.name
    samples = (
        frozenset(f"{name}_{part}" for part in ("bucket", "sum", "count")) if family.type == "histogram" else {name}
    )
    labels = (one.label,) if isinstance(one, Latencies) else one._labelnames  # noqa: SLF001  it tells them nowhere else
    return Described(name, family.type, labels, family.documentation, frozenset(samples))
