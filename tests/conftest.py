"""Fixtures of the real stack: started when the first test asks for it, on ports of its own, and ended with the run.

`stores` needs only the five stores, migrated; `system` the whole. Nothing here is a stand-in.
"""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from tests.long_log import LongLog, append_long_log
from tests.sharing_out import PORTS_BETWEEN, TwoStacks, misplaced, worker_number

# Where a deployment already runs: then the tests that need a stack of their own are left out.
URL = os.environ.get("BACKCHANNEL_TEST_URL")
# The first worker's stack stands where it would without workers.
WORKER = worker_number()
STATE = os.environ.get("BACKCHANNEL_TEST_STATE", ".local/test") + (f"-{WORKER}" if WORKER else "")
PUSH_JOURNAL = LocalSettings(state=Path(STATE)).folder / "pushes.jsonl"
PORT_OFFSET = int(os.environ.get("BACKCHANNEL_TEST_PORT_OFFSET", "20000")) - WORKER * PORTS_BETWEEN
TRACES_PORT = 4318 + PORT_OFFSET
# The tests sign many people up from one address, and want snapshots and views soon.
VARIABLES = {
    "BACKCHANNEL_OPEN_CALLS_PER_MINUTE": "100000",
    "BACKCHANNEL_SNAPSHOT_SECONDS": "2",
    # Only traces that somebody comes with are recorded, and only one test receives them.
    "BACKCHANNEL_TRACES_ENDPOINT": f"http://127.0.0.1:{TRACES_PORT}/v1/traces",
    "BACKCHANNEL_TRACES_RATIO": "0",
    "BACKCHANNEL_LOG_FORMAT": "json",
    # Pushes that fail are tried again soon, and deadlines come while a test waits.
    "BACKCHANNEL_PUSH_DEADLINE_SECONDS": "2",
    "BACKCHANNEL_PUSH_TIMEOUT_SECONDS": "3",
    "BACKCHANNEL_PUSH_LEASE_SECONDS": "6",
    "BACKCHANNEL_PUSH_BACKOFF_FIRST_SECONDS": "0.2",
    # What fake-push took is known also when it was killed.
    "BACKCHANNEL_FAKE_PUSH_JOURNAL": str(PUSH_JOURNAL),
}


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> TwoStacks:
    return TwoStacks(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if misplaced(item.nodeid, getattr(item, "fixturenames", ())):
            raise pytest.UsageError(f"{item.nodeid} is in a part without what it uses: see tests/sharing_out.py")


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """Each test ends with the environment that it began with: the command line, run in this process, adds to it."""
    with patch.dict(os.environ):
        yield


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A stack that was never used before; nothing is started yet."""
    settings = LocalSettings(state=Path(STATE), port_offset=PORT_OFFSET, demo=False)
    stack = Stack(settings, variables=VARIABLES)
    stack.reset()
    yield stack
    stack.down()


@pytest.fixture(scope="session")
def stores(stack: Stack) -> Stack:
    """Kafka, Cassandra, Redis, PostgreSQL and SeaweedFS, with their topics, tables and buckets."""
    stack.start_stores()
    stack.migrate()
    return stack


@pytest.fixture(scope="session")
def system(stores: Stack) -> Stack:
    """The whole system behind the balancer."""
    stores.start_services()
    return stores


@pytest.fixture(scope="session")
def long_log(system: Stack) -> LongLog:
    """More than a hundred thousand records in the system's log, folded by the views."""
    return asyncio.run(append_long_log(system))


@pytest.fixture(scope="session")
def api_url(request: pytest.FixtureRequest) -> str:
    """The one address that serves everything: of the system, or of the deployment that BACKCHANNEL_TEST_URL names."""
    if URL:
        return URL
    system: Stack = request.getfixturevalue("system")
    return system.settings.address
