"""`python -m clients.demo run | load`: the demo of the local stack, and a crowd for it."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated

import typer

from clients.demo import crowd, running
from clients.python import BackchannelError

app = typer.Typer(no_args_is_help=True, add_completion=False)
Url = Annotated[str, typer.Option(envvar="BACKCHANNEL_URL", help="Where the server is.")]
DEFAULT_URL = "http://127.0.0.1:8080"


@app.command()
def run(
    state: Annotated[Path, typer.Option(help="A folder of its own.")],
    port: Annotated[int, typer.Option(help="Where /readyz is.")] = 8112,
    url: Url = DEFAULT_URL,
) -> None:
    """Make the people, let them say what they have to say, and answer whoever writes to the echo."""
    _until_ended(running.run(url, port=port, state=state))


@app.command()
def load(
    people: Annotated[int, typer.Option(min=2, help="How many.")] = 200,
    url: Url = DEFAULT_URL,
) -> None:
    """A crowd that talks, types and reads at a human pace, until Ctrl-C."""
    try:
        _until_ended(crowd.run(url, people))
    except BackchannelError as error:
        typer.echo(f"{url}: {error}\nIs it up? `make up` starts it.", err=True)
        raise typer.Exit(1) from None


def _until_ended(work: Coroutine[None, None, None]) -> None:
    """SIGTERM ends it in good order, as Ctrl-C does."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)

    async def work_until_ended() -> None:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        await work

    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(work_until_ended())


if __name__ == "__main__":
    app()
