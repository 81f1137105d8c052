"""What `backchannel dead-letters` does. The log keeps every letter; what was done about it is a record behind it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

import msgspec
import typer
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from infra.operator.running import Failed, run
from infra.stores.log import Appender
from infra.stores.log_reading import LogReader, Record
from infra.stores.settings import StoreSettings
from schemas import envelope
from schemas.codec import decode_dead_letter, encode
from schemas.dead_letters import AnyDeadLetter, DeadLetter, DeadLetterSettled
from schemas.times import timestamp
from schemas.topics import DEAD_LETTERS

How = Literal["retried", "dropped"]


class Letter(Struct, frozen=True):
    """A dead letter by its number, its offset in `dead.letters`; `settled`: what was done about it last."""

    number: int
    letter: DeadLetter
    settled: How | None


def list_letters(*, everything: bool, as_json: bool) -> None:
    async def work() -> None:
        found = [one for one in _all().values() if everything or one.settled is None]
        if as_json:
            for one in found:
                typer.echo(msgspec.json.encode(one))
        else:
            _show_table(found, Console(highlight=False))

    run(work)


def show(number: int) -> None:
    async def work() -> None:
        one = _named(_all(), [number])[0]
        letter = one.letter
        typer.echo(f"{letter.topic}/{letter.partition}@{letter.offset}, of {letter.at}: {one.settled or 'open'}")
        typer.echo(f"{letter.agent} gave up on it: {letter.cause}")
        typer.echo(f"key   {letter.key!r}\nvalue {letter.value!r}")

    run(work)


def settle(numbers: Sequence[int], how: How, *, is_dry: bool) -> None:
    async def work() -> None:
        letters = _named(_all(), numbers)
        if closed := [str(one.number) for one in letters if one.settled is not None]:
            raise Failed(f"settled already: {', '.join(closed)}")
        if is_dry:
            typer.echo(f"would be {how}: {', '.join(str(one.number) for one in letters)}")
            return
        appender = Appender(StoreSettings().kafka_bootstrap, "backchannel-operator")
        for one in letters:
            await _settle(appender, one, how)
            typer.echo(f"{one.number} {how}")

    run(work)


async def _settle(appender: Appender, one: Letter, how: How) -> None:
    """A retry first, then the word of it: a crash between them makes it open still, and a second retry is a repeat."""
    letter = one.letter
    if how == "retried":
        source = await appender.append(
            letter.topic, letter.value or b"", key=letter.key, partition=letter.partition,
            headers=[("traceparent", envelope.new_trace().encode())],
        )  # fmt: skip
        typer.echo(f"{one.number} is {letter.topic}/{source.partition}@{source.offset} now")
    settled = DeadLetterSettled(letter=one.number, how=how, at=_now())
    headers = envelope.headers(
        settled, id_=f"settled/{one.number}", source="operator", subject=str(one.number), at=settled.at,
        trace=envelope.new_trace(),
    )  # fmt: skip
    await appender.append(DEAD_LETTERS.name, encode(settled), key=letter.key, headers=headers)


def _all() -> Mapping[int, Letter]:
    reader = LogReader(StoreSettings().kafka_bootstrap)
    return fold(reader.read(reader.spans(DEAD_LETTERS)))


def fold(records: Iterable[Record]) -> dict[int, Letter]:
    """Letters by their numbers, as the records leave them."""
    letters: dict[int, Letter] = {}
    for record in records:
        value: AnyDeadLetter = decode_dead_letter(record.value)
        if isinstance(value, DeadLetter):
            letters[record.offset] = Letter(record.offset, value, None)
        elif value.letter in letters:
            letters[value.letter] = Letter(value.letter, letters[value.letter].letter, value.how)
    return letters


def _named(letters: Mapping[int, Letter], numbers: Sequence[int]) -> list[Letter]:
    if unknown := [str(number) for number in numbers if number not in letters]:
        raise Failed(f"there is no dead letter {', '.join(unknown)}")
    return [letters[number] for number in dict.fromkeys(numbers)]


def _show_table(letters: Sequence[Letter], console: Console) -> None:
    if not letters:
        console.print("no dead letters")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("number", "at", "where", "given up by", "why", "state"):
        table.add_column(column, overflow="fold", justify="right" if column == "number" else "left")
    for one in letters:
        letter = one.letter
        where = f"{letter.topic}/{letter.partition}@{letter.offset}"
        table.add_row(str(one.number), letter.at, where, letter.agent, letter.cause, one.settled or "open")
    console.print(table)


def _now() -> str:
    return timestamp(round(datetime.now(UTC).timestamp() * 1000))
