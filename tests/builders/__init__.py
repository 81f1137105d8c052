"""Example values of the house's language, with everything that a test does not care about filled in.

Commands are imperative (`send`, `edit`), events past (`sent`, `edited`); frames of clients end in `frame`.
"""

from tests.builders.commands import *  # noqa: F403 — all builders stand here, by kind in their files
from tests.builders.events import *  # noqa: F403
from tests.builders.frames import *  # noqa: F403
from tests.builders.media import *  # noqa: F403
from tests.builders.notifications import *  # noqa: F403
from tests.builders.people import *  # noqa: F403
from tests.builders.presence import *  # noqa: F403
from tests.builders.records import *  # noqa: F403
