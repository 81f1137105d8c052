"""What came of a proof, for people and for their programs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import typer
from msgspec import Struct
from rich.console import Console

from infra.operator.proof.differing import Difference, Tally
from infra.operator.proof.rows import FIELDS, KEYS

DIFFERENT = 3
"""The exit code of a proof that found a difference."""
UNPROVEN = 1
_SHOWN_CHARACTERS = 90
_COMMON_CHARACTERS = 12


class Example(Struct, frozen=True):
    """A row that differs. `fields`: as they should be, and as they are; `place`: of the event that the row comes from,
    as topic/partition@offset."""

    kind: str
    table: str
    conversation_id: str
    key: Mapping[str, Any]
    place: str | None
    fields: Mapping[str, tuple[str | None, str | None]]


class Report(Struct, frozen=True):
    """Of one view: `version` against another one or the log. `unknown` counts rows that differ in conversations
    that the log does not know, `unjudged` conversations that never stood still."""

    view: str
    version: int
    against: str
    conversations: int
    equal: int
    missing: int
    extra: int
    different: int
    fields: Mapping[str, int]
    unknown: int
    unjudged: int
    repaired: int
    examples: Sequence[Example]
    seconds: float
    wanted_sha256: str
    found_sha256: str

    @property
    def differing(self) -> int:
        return self.missing + self.extra + self.different


def report(view: str, version: int, against: str, tally: Tally, *, digests: tuple[str, str], seconds: float) -> Report:
    return Report(
        view=view,
        version=version,
        against=against,
        conversations=tally.conversations,
        equal=tally.equal,
        missing=tally.kinds["missing"],
        extra=tally.kinds["extra"],
        different=tally.kinds["different"],
        fields=dict(tally.fields.most_common()),
        unknown=tally.unknown,
        unjudged=tally.unjudged,
        repaired=tally.repaired,
        examples=[_example(one, place) for one, place in tally.examples],
        seconds=round(seconds, 1),
        wanted_sha256=digests[0],
        found_sha256=digests[1],
    )


def show(reports: Sequence[Report], *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(reports))
        return
    console = Console(highlight=False, soft_wrap=True)
    for one in reports:
        _show_details(one, console)


def end(reports: Sequence[Report]) -> None:
    """Ends the command with 3 if anything differs, and with 1 if something could not be judged."""
    if any(one.differing for one in reports):
        raise typer.Exit(DIFFERENT)
    if unjudged := sum(one.unjudged for one in reports):
        typer.echo(f"{unjudged} conversations never stood still, and were not judged: try again", err=True)
        raise typer.Exit(UNPROVEN)


def _show_details(one: Report, console: Console) -> None:
    name = f"{one.view}-{one.version}"
    found = f"{one.missing:,} rows missing, {one.extra:,} extra, {one.different:,} different"
    what = f"{one.equal:,} rows of {one.conversations:,} conversations are equal"
    console.print(f"{name} against {one.against}: {what if not one.differing else f'{found}; {what}'}", end="")
    console.print(f" ({one.seconds:,} s)")
    console.print(f"{name}: sha256 {one.found_sha256}")
    if one.wanted_sha256 != one.found_sha256:
        console.print(f"{one.against}: sha256 {one.wanted_sha256}")
    if one.unknown:
        console.print(f"{name}: {one.unknown:,} of these rows are in conversations that the log does not know")
    if one.unjudged:
        console.print(f"{name}: {one.unjudged:,} conversations never stood still, and were not judged")
    if one.repaired:
        console.print(f"{name}: {one.repaired:,} rows were repaired")
    for field, count in one.fields.items():
        console.print(f"{name}: {count:,} rows differ in {field}")
    for example in one.examples:
        key = ", ".join(f"{field} {value}" for field, value in example.key.items())
        console.print(f"  {example.kind}  {example.table}  {example.conversation_id}  {key}  {example.place or ''}")
        for field, (should, is_) in example.fields.items():
            console.print(f"    {field}: {should}", markup=False)
            console.print(f"    {' ' * len(field)}  {is_}", markup=False)


def _example(one: Difference, place: str | None) -> Example:
    table, *key = one.key
    names = FIELDS[table]
    fields = {name: _apart(one, names.index(name)) for name in one.fields}
    return Example(one.kind, table, one.conversation_id, dict(zip(KEYS[table], key, strict=True)), place, fields)


def _apart(one: Difference, field: int) -> tuple[str, str]:
    """Both values from shortly before where they begin to differ."""
    assert one.wanted is not None
    assert one.found is not None
    wanted, found = _text(one.wanted[field]), _text(one.found[field])
    same = next((at for at, (a, b) in enumerate(zip(wanted, found, strict=False)) if a != b), 0)
    start = max(0, same - _COMMON_CHARACTERS) if len(wanted) > _SHOWN_CHARACTERS else 0
    return _cut(wanted, start), _cut(found, start)


def _cut(text: str, start: int) -> str:
    end = start + _SHOWN_CHARACTERS
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if isinstance(value, str) else json.dumps(value, default=_text, ensure_ascii=False)
