"""Hypothesis strategies: every value of the language, histories of conversations, and hostile bytes."""

from hypothesis import settings

from tests.strategies.conversations import *  # noqa: F403 — all strategies stand here, by kind in their files
from tests.strategies.hostile import *  # noqa: F403
from tests.strategies.language import *  # noqa: F403
from tests.strategies.values import *  # noqa: F403

# A machine that is busy with other tests is no fault of the example.
settings.register_profile("busy", deadline=None)
settings.load_profile("busy")
