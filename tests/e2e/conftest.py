"""Fixtures of the end-to-end tests. With BACKCHANNEL_TEST_URL, tests that need a stack of their own are left out."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from infra.local.stack import Stack
from tests.conftest import URL
from tests.e2e.gateway import OwnGateway
from tests.e2e.line import Lines
from tests.e2e.people import People, Person
from tests.e2e.seen import documented, see_answer

__all__ = ["documented"]  # the fixture looks on at every test here


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not URL:
        return
    own = [item for item in items if "system" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=own)
    items[:] = [item for item in items if item not in own]


@pytest.fixture
async def people(api_url: str) -> AsyncIterator[People]:
    async with httpx.AsyncClient(event_hooks={"response": [see_answer]}) as http:
        yield People(api_url, http)


@pytest.fixture
async def lines(api_url: str) -> AsyncIterator[Lines]:
    lines = Lines(api_url)
    yield lines
    await lines.cut()


@pytest.fixture
async def alice(people: People) -> Person:
    return await people.person("alice")


@pytest.fixture
async def bob(people: People) -> Person:
    return await people.person("bob")


@pytest.fixture(scope="session")
def strict_gateway(system: Stack) -> Iterator[OwnGateway]:
    """A third gateway, whose limits are so low that tests reach them."""
    limits = {
        "SILENCE_SECONDS": "2",
        "MESSAGES_PER_SECOND": "5",
        "MESSAGES_BURST": "5",
        "FLOODING_SECONDS": "1",
        "MISSED_EVENTS_MAX": "50",
    }
    with OwnGateway(system, "gateway-strict", limits) as gateway:
        yield gateway
