"""`python -m tests.chaos run`: a run on a stack of its own on this machine, started, tormented, judged and ended."""

import asyncio
import os
import secrets
import signal
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from infra.local.faults import StackFault
from infra.local.folders import Folders
from infra.local.places import ROOT
from infra.stores.faults import StoreUnavailable
from tests.chaos.checkers import judge
from tests.chaos.evidence import Evidence
from tests.chaos.faults.disk import small_disk
from tests.chaos.history import History
from tests.chaos.own_stack import SESSION_SECONDS, OwnStack, own_stack
from tests.chaos.page import write_page
from tests.chaos.result import keep, kept, result
from tests.chaos.run import EVIDENCE, HISTORY, Outcome, Plan, run
from tests.chaos.setting import UnknownFault, setting
from tests.chaos.tables import show

STATE = Path(os.environ.get("BACKCHANNEL_LOCAL_STATE", ".local/chaos"))
PORT_OFFSET = int(os.environ.get("BACKCHANNEL_LOCAL_PORT_OFFSET", "12000"))
PAGE = ROOT / "docs" / "chaos.md"
console = Console()
app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.command("run")
def torment(
    *,
    minutes: Annotated[float, typer.Option(help="How long faults strike.", min=0.1)] = 5.0,
    seed: Annotated[int | None, typer.Option(help="Of what is chosen; by default another each time.")] = None,
    faults: Annotated[str, typer.Option(help="Kinds or names, with commas between; all, if left out.")] = "",
    page: Annotated[bool, typer.Option(help="Write docs/chaos.md from all results that are kept.")] = False,
) -> None:
    """Break everything in turn, and judge what became of it. Ends with 1 if a promise was broken."""
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    console.print(f"seed {seed}", highlight=False)
    own = own_stack(STATE, PORT_OFFSET)
    outcome = _on_a_fresh_stack(own, Plan(seed, minutes * 60), [name for name in faults.split(",") if name])
    one = result(outcome, own.stack.settings.brokers)
    results = own.stack.settings.folder / "results"
    results.mkdir(exist_ok=True)
    keep(results, one)
    show(one, console)
    if page:
        write_page(PAGE, kept(results))
    if not one.is_green:
        raise typer.Exit(1)


@app.command("judge")
def judge_again(folder: Annotated[Path, typer.Argument(help="Of a run: its history and evidence.")]) -> None:
    """Judge a run again, from what it left."""
    history, evidence = History.read(folder / HISTORY), Evidence.read(folder / EVIDENCE)
    proofs = {one.fault: one.proofs for one in history.struck}
    one = result(Outcome(history, evidence, judge(history, evidence), proofs), brokers=0)
    show(one, console)


def _on_a_fresh_stack(own: OwnStack, plan: Plan, names: list[str]) -> Outcome:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C
    own.stack.reset()
    data = Folders(own.stack.settings.folder).data
    with small_disk(data) as is_mounted:
        try:
            return asyncio.run(_run(replace(own, disk=data if is_mounted else None), plan, names))
        finally:
            # Whoever is impatient must not leave a stack behind.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            own.stack.down()


async def _run(own: OwnStack, plan: Plan, names: list[str]) -> Outcome:
    folder = own.stack.settings.folder / "runs" / str(plan.seed)
    folder.mkdir(parents=True, exist_ok=True)
    async with setting(own, seed=plan.seed, session_seconds=SESSION_SECONDS, names=names) as here:
        await asyncio.to_thread(own.stack.up)
        console.print(f"{len(here.faults)} faults; history and evidence go to {folder}", highlight=False)
        return await run(here, plan, folder, lambda text: console.print(text, highlight=False, markup=False))


def main() -> None:
    try:
        app()
    except (UnknownFault, StackFault, StoreUnavailable) as fault:
        Console(stderr=True, style="red").print(str(fault), markup=False, highlight=False, soft_wrap=True)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
