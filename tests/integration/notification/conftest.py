"""People with phones, and the agents that tell them."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from infra.local.services import fake_push_url
from infra.local.stack import Stack
from tests.e2e.people import People
from tests.e2e.pushing import Phones
from tests.fake_push import FakePush
from tests.integration.notification.agents import Agents


@pytest.fixture
async def people(system: Stack) -> AsyncIterator[People]:
    async with httpx.AsyncClient() as http:
        yield People(system.settings.address, http)


@pytest.fixture
async def phones(people: People, system: Stack) -> AsyncIterator[Phones]:
    fake_push = FakePush(fake_push_url(system.settings))
    yield Phones(people, fake_push)
    await fake_push.close()


@pytest.fixture
def agents(system: Stack, tmp_path: Path) -> Agents:
    return Agents(system, tmp_path)
