"""Stores on which agents are killed, and how to reach them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from infra.stores.settings import StoreSettings
from tests.conftest import PORT_OFFSET, STATE, VARIABLES

# Away from the ports of the other tests' stack: no port of one is a port of the other.
FURTHER = 1_500


@pytest.fixture(scope="package")
def unattended() -> Iterator[Stack]:
    """Stores of their own, and nobody else on them: these tests break the log on purpose."""
    own = LocalSettings(state=Path(f"{STATE}-alone"), port_offset=PORT_OFFSET + FURTHER, demo=False)
    stack = Stack(own, variables=VARIABLES)
    stack.reset()
    stack.start_stores()
    stack.migrate()
    yield stack
    stack.down()


@pytest.fixture(scope="package")
def settings(unattended: Stack) -> StoreSettings:
    addresses = {name.removeprefix("BACKCHANNEL_").lower(): value for name, value in unattended.environment().items()}
    return StoreSettings.model_validate(
        {name: addresses[name] for name in addresses if name in StoreSettings.model_fields}
    )
