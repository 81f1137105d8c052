"""Fault points: named places in the code where a test can make the process die or pause. Off unless asked for.

`BACKCHANNEL_FAULT=name:kill` ends the process there as by kill -9, `name:stop` pauses it as by SIGSTOP, and
`name:kill:7` waits for the seventh passage.
"""

import os
import signal

_name, _, _rest = os.environ.get("BACKCHANNEL_FAULT", "").partition(":")
_what, _, _count = _rest.partition(":")
_passages = int(_count or 1)
_SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


def fault_point(name: str) -> None:
    """A place called `name` is passed."""
    global _passages  # noqa: PLW0603 — it counts for the process, as its environment does
    if _name and name == _name and _passages > 0:
        _passages -= 1
        if not _passages:
            os.kill(os.getpid(), _SIGNALS[_what])
