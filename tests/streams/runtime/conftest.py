"""Fixtures of the loop's tests: the broker, and a consumer group with a topic of its own."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What the workers said last stands with the failure: their files are gone with the machine."""
    report = yield
    group = item.funcargs.get("group") if hasattr(item, "funcargs") else None
    if report.failed and isinstance(group, Group):
        report.sections += [("worker", worker.last_words()) for worker in group.workers]
    return report
