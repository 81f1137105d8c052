"""`backchannel log cat | tail`: the commands and their options. What they do stands in `printing`."""

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Read the log: cat what there is, tail what comes.")

EVENTS = "conversation.events"
TopicName = Annotated[str, typer.Argument(metavar="[TOPIC]", help="A topic of the log, as conversation.commands.")]
Conversation = Annotated[str | None, typer.Option("--conversation", help="Only this conversation's records.")]
User = Annotated[str | None, typer.Option("--user", help="Only records that name this person.")]
Types = Annotated[list[str] | None, typer.Option("--type", help="Only this type, as MessageSent; again for more.")]
Since = Annotated[str | None, typer.Option(help="From this time: 2026-11-29T15:00:00Z, a day, or 10m, 2h, 7d ago.")]
Until = Annotated[str | None, typer.Option(help="To before this time.")]
Unseal = Annotated[bool, typer.Option("--unseal", help="Open sealed bodies; needs BACKCHANNEL_MASTER_KEY.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@app.command()
def cat(
    topic: TopicName = EVENTS,
    *,
    conversation: Conversation = None,
    user: User = None,
    types: Types = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int | None, typer.Option(min=1, help="So many at most.")] = None,
    unseal: Unseal = False,
    as_json: AsJson = False,
) -> None:
    """Print what the log holds, by time; records of one conversation in their order.

    backchannel log cat --conversation ID --unseal

    backchannel log cat conversation.commands --since 10m --type SendMessage --json | jq .value.client_id
    """
    from infra.operator import printing  # noqa: PLC0415  the other commands start without it

    printing.cat(
        topic,
        printing.wanted(conversation, user, types or ()),
        since=since,
        until=until,
        printer=printing.Printer(limit, is_unsealed=unseal, as_json=as_json),
    )


@app.command()
def tail(
    topic: TopicName = EVENTS,
    *,
    conversation: Conversation = None,
    user: User = None,
    types: Types = None,
    limit: Annotated[int | None, typer.Option(min=1, help="End after so many.")] = None,
    unseal: Unseal = False,
    as_json: AsJson = False,
) -> None:
    """Print what is appended from now on, until you stop it (Ctrl-C)."""
    from infra.operator import printing  # noqa: PLC0415

    printing.tail(
        topic,
        printing.wanted(conversation, user, types or ()),
        printer=printing.Printer(limit, is_unsealed=unseal, as_json=as_json),
    )
