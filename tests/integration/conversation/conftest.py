"""Fixtures: agents of a test's own, a writer of commands, the events since the test began, Cassandra."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from infra.local.stack import Stack
from infra.stores.cassandra import Cassandra
from infra.stores.log import Appender
from infra.stores.log_ends import LogEnds
from infra.stores.settings import StoreSettings
from infra.stores.snapshots import Snapshots
from schemas.topics import CONVERSATION_EVENTS
from streams.conversation.partition import SAVED_FORMAT
from tests.integration.agents import Agents
from tests.integration.conversation.event_log import EventLog
from tests.integration.conversation.talks import Writer


@pytest.fixture
async def agents(unattended: Stack, tmp_path: Path) -> AsyncIterator[Agents]:
    agents = Agents(unattended, tmp_path, "conversation")
    yield agents
    await agents.end()


@pytest.fixture
async def writer(settings: StoreSettings) -> Writer:
    appender = Appender(settings.kafka_bootstrap, "tests")
    await appender.warm_up(CONVERSATION_EVENTS.name)
    return Writer(appender)


@pytest.fixture
async def events(settings: StoreSettings) -> AsyncIterator[EventLog]:
    events = EventLog(settings.kafka_bootstrap)
    yield events
    events.close()


@pytest.fixture
def log_ends(settings: StoreSettings) -> LogEnds:
    return LogEnds(settings.kafka_bootstrap)


@pytest.fixture
async def cassandra(settings: StoreSettings) -> AsyncIterator[Cassandra]:
    cassandra = await Cassandra.connect(settings)
    yield cassandra
    await cassandra.close()


@pytest.fixture
async def snapshots(cassandra: Cassandra, log_ends: LogEnds) -> Snapshots:
    """The agent's own snapshots and checkpoints."""
    return await Snapshots.prepare(cassandra, f"{await log_ends.epoch(CONVERSATION_EVENTS)}/{SAVED_FORMAT}")
