"""Fixtures of the loop's tests: the broker, and a consumer group with a topic of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.stack import Stack
from tests.streams.runtime.workers import Group


@pytest.fixture(scope="session")
def bootstrap(stores: Stack) -> str:
    return stores.environment()["BACKCHANNEL_KAFKA_BOOTSTRAP"]


@pytest.fixture
def group(bootstrap: str, tmp_path: Path) -> Iterator[Group]:
    group = Group(bootstrap, tmp_path)
    yield group
    group.close()
