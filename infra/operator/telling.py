"""What `backchannel explain` does: gathers a message's story and shows it."""

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from infra.operator.explaining import Story, explain
from infra.operator.live_rows import live_rows
from infra.operator.running import run
from infra.stores.log_reading import LogReader
from infra.stores.settings import StoreSettings
from schemas.ids import is_id


def tell(message_id: str, *, as_json: bool) -> None:
    """Ends with 1 if there is no such message, or a view does not agree with the log."""
    if not is_id(message_id):
        raise typer.BadParameter(f"{message_id!r} is not an id: ids are UUIDs in lower case")

    async def work() -> None:
        settings = StoreSettings()
        async with live_rows(settings) as found:
            story = await explain(message_id, LogReader(settings.kafka_bootstrap), found)
        if as_json:
            typer.echo(msgspec.json.encode(story))
        else:
            _show(story, Console(highlight=False))
        if not all(row.agrees for row in story.rows):
            raise typer.Exit(1)

    run(work)


def _show(story: Story, console: Console) -> None:
    console.print(f"message       {story.message_id}")
    console.print(f"conversation  {story.conversation_id}, seq {story.seq}")
    console.print(f"sent          {story.sent_at} by {story.sender_id}, to {len(story.recipients)} members\n")
    happened = _table("at", "after", "where", "what", "who")
    for step in story.steps:
        happened.add_row(step.at, f"{step.after_ms:+,} ms" if step.at else "", step.place, step.what, step.who)
    console.print(happened)
    rows = _table("view", "row", "as the log says")
    for row in story.rows:
        rows.add_row(row.view, row.what, "yes" if row.agrees else "[bold red]NO[/]")
    console.print(rows)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column == "after" else "left")
    return table
