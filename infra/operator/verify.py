"""`backchannel verify`: the command and its options. What it does stands in `proof.verifying`."""

from typing import Annotated

import typer

from infra.operator.proof_options import Conversation, Examples, checked_conversation


def command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]…", help="timeline, receipts, inbox, memberships; all.")
    ] = None,
    *,
    partition: Annotated[int | None, typer.Option(min=0, help="Only what is in this partition of the log.")] = None,
    conversation: Conversation = None,
    sample: Annotated[str, typer.Option(help="Of the conversations only so many, always the same: 1%.")] = "100%",
    repair: Annotated[bool, typer.Option("--repair", help="Write what is missing or different again.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="With --repair: only say what there is to do.")] = False,
    examples: Examples = 5,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array, of a report for each view.")] = False,
) -> None:
    """Prove that the live views agree with the log: nothing is missing, nothing extra, nothing different.

    Safe under traffic, and read-only but for --repair. Of one conversation, rows are looked for where the log says
    that there are any; a run over all of them finds those elsewhere, too.

    Ends with 0 if they agree, with 3 if not (or not everything could be repaired), with 1 if it could not be found out.
    """
    from infra.operator.proof.verifying import Wish, verify  # noqa: PLC0415  the other commands start without it
    from infra.stores.projections import NAMES  # noqa: PLC0415
    from schemas.topics import CONVERSATION_EVENTS  # noqa: PLC0415

    for name in names or ():
        if name not in NAMES:
            raise typer.BadParameter(f"there is no projection {name!r}; there are {', '.join(NAMES)}")
    if partition is not None and partition >= CONVERSATION_EVENTS.partitions:
        raise typer.BadParameter(f"the log has {CONVERSATION_EVENTS.partitions} partitions, from 0 on")
    if partition is not None and conversation is not None:
        raise typer.BadParameter("a conversation stands in one partition: give one of the two")
    wish = Wish(
        names=[one for one in NAMES if not names or one in names],
        partition=partition,
        conversation_id=checked_conversation(conversation),
        sample=_share(sample),
        repairs=repair and not dry_run,
        examples=examples,
    )
    verify(wish, as_json=as_json)


def _share(text: str) -> float:
    number, sign, rest = text.partition("%")
    try:
        share = float(number) / (100 if sign else 1)
    except ValueError:
        share = 0.0
    if rest or not 0 < share <= 1:
        raise typer.BadParameter(f"{text!r} is no share: 1%, 25%, 0.1")
    return share
