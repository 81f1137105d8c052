"""The stack's own notification agents rest while a test has its own."""

from collections.abc import Iterator

import pytest

from infra.local.stack import Stack
from tests.streams.resting import resting


@pytest.fixture(scope="module")
def nobody_else(stores: Stack) -> Iterator[None]:
    with resting(stores, "notification"):
        yield
