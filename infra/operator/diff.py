"""`backchannel projection diff`: the command and its options. What it does stands in `proof.diffing`."""

from typing import Annotated

import typer

from infra.operator.proof_options import Conversation, Examples, checked_conversation


def command(
    name: Annotated[str, typer.Argument(help="timeline, receipts, inbox or memberships.")],
    version: Annotated[int | None, typer.Argument(help="The newest that is not live, unless given.")] = None,
    *,
    against: Annotated[
        int | None, typer.Option(metavar="VERSION", help="What it should be like: the live one, unless given.")
    ] = None,
    conversation: Conversation = None,
    examples: Examples = 5,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array, of one report.")] = False,
) -> None:
    """Compare two versions of a projection row by row, in a form that does not depend on the order of writes.

    Ends with 0 if they are equal, with 3 if they differ, with 1 if it could not be found out.
    """
    from infra.operator.proof.diffing import diff  # noqa: PLC0415  the other commands start without it

    conversation_id = checked_conversation(conversation)
    diff(name, version, against=against, conversation_id=conversation_id, examples=examples, as_json=as_json)
