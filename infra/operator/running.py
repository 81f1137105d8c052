"""How a command ends: 0 done, 1 a store was away or the thing does not exist, 2 wrong use (typer's own)."""

import asyncio
import os
import sys
from collections.abc import Coroutine

import typer

from infra.stores.faults import StoreUnavailable

FAILED = 1


class Failed(Exception):
    """The command cannot do what was asked: the message is the sentence for whoever asked."""


def run(work: Coroutine[object, object, None]) -> None:
    """Do it; what goes wrong is one sentence on stderr and an exit code."""
    try:
        asyncio.run(work)
    except Failed as failed:
        _end(str(failed))
    except StoreUnavailable as away:
        _end(f"a store did not answer: {away}")
    except BrokenPipeError:
        # Whoever read has read enough (`| head`); what is still in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _end(sentence: str) -> None:
    typer.echo(sentence, err=True)
    raise typer.Exit(FAILED)
