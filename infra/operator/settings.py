"""Where operators' commands find the stores: as the services do, from the environment; a local stack's by its ports."""

import os

from infra.local.settings import LocalSettings
from infra.stores.settings import StoreSettings


def store_settings() -> StoreSettings:
    """Of this environment. In the local profile, what it leaves out is the local stack's."""
    if os.environ.get("BACKCHANNEL_PROFILE", "local") == "local":
        for name, value in LocalSettings().environment().items():
            os.environ.setdefault(name, value)
    return StoreSettings()
