"""The command line: `backchannel chat` for people; what operators need comes beside it."""

from typing import Annotated

import typer

from infra.operator import (
    account,
    archive,
    dead_letters,
    explain,
    export,
    log,
    plan,
    projection,
    query,
    replay,
    top,
    verify,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # passwords are locals
    help="Backchannel: chat on an event log.",
)
app.add_typer(account.app, name="account")
app.add_typer(archive.app, name="archive")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(log.app, name="log")
app.add_typer(projection.app, name="projection")
app.command("explain")(explain.command)
app.command("plan")(plan.command)
app.command("top")(top.command)
app.command("verify")(verify.command)
app.command("export")(export.command)
app.command("query")(query.command)
app.command("replay")(replay.command)


@app.callback()
def main() -> None:
    """Chat, and look after the system."""


@app.command()
def chat(
    handle: Annotated[str, typer.Option("--as", help="Your handle; you are signed up if it is new.")],
    url: Annotated[str, typer.Option(envvar="BACKCHANNEL_URL", help="Where the server is.")] = "http://127.0.0.1:8080",
    password: Annotated[
        str | None,
        typer.Option(envvar="BACKCHANNEL_PASSWORD", help="Asked for if needed and not given."),
    ] = None,
    device: Annotated[str, typer.Option(help="This device's name; one connection per device.")] = "terminal",
    sign_up: Annotated[
        bool | None,
        typer.Option("--sign-up/--no-sign-up", help="Make the account if it is new, without asking."),
    ] = None,
) -> None:
    """Chat in the terminal, or from a pipe.

    printf '/open bob\\nhello\\n/quit\\n' | backchannel chat --as alice
    """
    from clients.terminal.main import Options, run  # noqa: PLC0415  the other commands start without it

    raise typer.Exit(run(Options(handle.lower().removeprefix("@"), url, password, device, sign_up)))


@app.command()
def garbage(
    *,
    delete: Annotated[bool, typer.Option("--delete", help="Delete it; otherwise it is only listed.")] = False,
    grace_hours: Annotated[float, typer.Option(min=1.0, help="Nothing younger is touched.")] = 24.0,
) -> None:
    """List uploads and media that nobody needs any more; the API deletes them now and then by itself."""
    from infra.operator.garbage import run  # noqa: PLC0415  the other commands start without it

    run(grace_seconds=grace_hours * 3600, is_dry=not delete)
