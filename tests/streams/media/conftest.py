"""The stack's own media agents rest while a test has its own."""

from collections.abc import Iterator

import pytest

from infra.local.stack import Stack
from tests.streams.resting import resting


@pytest.fixture(scope="module")
def nobody_else(stores: Stack) -> Iterator[None]:
    """`views` too: of what it has seen decided the agent says nothing more."""
    with resting(stores, "media", "views"):
        yield
