"""`backchannel explain MESSAGE_ID`: the command and its options. What it does stands in `telling`."""

from typing import Annotated

import typer


def command(
    message_id: Annotated[str, typer.Argument(metavar="MESSAGE_ID", help="As the timeline or `log cat` shows it.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The story as one JSON object.")] = False,
) -> None:
    """Tell a message's whole story: its command and event, deliveries, reads, changes, and the rows about it.

    Ends with 1 if a view does not agree with the log.
    """
    from infra.operator import telling  # noqa: PLC0415  the other commands start without it

    telling.tell(message_id, as_json=as_json)
