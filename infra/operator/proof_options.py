"""The options that `projection diff` and `verify` have in common."""

from typing import Annotated

import typer

from schemas.ids import is_id

Conversation = Annotated[str | None, typer.Option(metavar="ID", help="Only this conversation.")]
Examples = Annotated[int, typer.Option(min=0, help="How many differences are shown.")]


def checked_conversation(conversation_id: str | None) -> str | None:
    if conversation_id is not None and not is_id(conversation_id):
        raise typer.BadParameter(f"{conversation_id!r} is not an id: ids are UUIDs in lower case")
    return conversation_id
