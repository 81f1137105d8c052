"""How a command finds the stores, and how it ends: 0 done, 1 a store was away or the thing does not exist, 2 wrong use
(typer's own).
"""

import logging
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import typer

from infra.local.settings import LocalSettings
from infra.operator import loop
from infra.stores.faults import StoreUnavailable

FAILED = 1
INTERRUPTED = 130
T = TypeVar("T")


class Failed(Exception):
    """The command cannot do what was asked: the message is the sentence for whoever asked."""


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Do it, with the settings of this environment; what goes wrong is one sentence on stderr and an exit code."""
    logging.getLogger("cassandra").setLevel(logging.ERROR)
    _address_local_stack()
    try:
        return loop.run(work())
    except Failed as failed:
        raise _ended(str(failed)) from failed
    except StoreUnavailable as away:
        raise _ended(f"a store did not answer: {away}") from away
    except BrokenPipeError:
        # Whoever read has read enough (`| head`); what is still in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from None
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


def _ended(sentence: str) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(FAILED)


def _address_local_stack() -> None:
    """In the local profile, what the environment leaves out is the local stack's: its ports may be offset."""
    if os.environ.get("BACKCHANNEL_PROFILE", "local") == "local":
        for name, value in LocalSettings().environment().items():
            os.environ.setdefault(name, value)
