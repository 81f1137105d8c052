"""`backchannel top`: the command and its options. What it does stands in `watching`."""

from typing import Annotated

import typer


def command(
    *,
    target: Annotated[
        list[str] | None,
        typer.Option(metavar="[NAME=]HOST:PORT", help="A process to ask; may be repeated. Default: the local stack's."),
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="One look, over one interval. Ends with 1 if one is down.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a look.")] = False,
    interval: Annotated[float, typer.Option(min=0.2, help="Seconds between two looks.")] = 2.0,
    window: Annotated[float, typer.Option(min=0.2, help="Rates and latencies are over so many seconds.")] = 10.0,
) -> None:
    """Watch the system: who is up, rates, lag of each agent, latency of each stage, refusals, dead letters."""
    from infra.operator import watching  # noqa: PLC0415  the other commands start without it

    asked = watching.Asked(tuple(target or ()), interval_seconds=interval, window_seconds=window)
    watching.watch(asked, once=once, as_json=as_json)
