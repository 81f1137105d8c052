"""Asks processes for their metrics, all at once. One that does not answer is down, and that is an answer too."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families

from infra.telemetry.exposition import PATH

ANSWER_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Scrape:
    """What a process said; `samples` is None where it said nothing, and `fault` why. `at`: of a monotonic clock."""

    process: str
    address: str
    at: float
    samples: Sequence[Sample] | None
    fault: str = ""

    @property
    def is_up(self) -> bool:
        return self.samples is not None


async def scrape(http: httpx.AsyncClient, targets: Mapping[str, str]) -> Sequence[Scrape]:
    """One look at each of the addresses (HOST:PORT by name)."""
    return await asyncio.gather(*(_one(http, name, address) for name, address in targets.items()))


async def _one(http: httpx.AsyncClient, name: str, address: str) -> Scrape:
    try:
        answer = await http.get(f"http://{address}{PATH}", timeout=ANSWER_SECONDS)
        answer.raise_for_status()
        return Scrape(name, address, time.monotonic(), parse(answer.text))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as fault:
        return Scrape(name, address, time.monotonic(), None, str(fault) or type(fault).__name__)


def parse(text: str) -> Sequence[Sample]:
    """Raises ValueError where it is not Prometheus' text format."""
    families = text_string_to_metric_families(text)
    return [Sample(one.name, one.labels, one.value) for family in families for one in family.samples]
