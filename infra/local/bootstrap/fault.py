"""The one error of the bootstrap: what is missing, said so that the reader knows what to do."""

import sys


class BootstrapFault(Exception):
    """Shown to the user as it stands, without a traceback."""


def say(text: str) -> None:
    sys.stdout.write(f"bootstrap: {text}\n")
    sys.stdout.flush()
