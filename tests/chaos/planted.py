"""Bugs planted into what a real run recorded: for each checker at least one that turns it red, and it alone.

A plant changes history and evidence as the bug would have, where nobody else would notice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from clients.python.events import Body, MessageEdited, MessageSent, Reaction
from tests.chaos.evidence import Evidence
from tests.chaos.history import History
from tests.chaos.plots import (
    answers,
    caught_up,
    command,
    covers,
    has_text,
    is_message,
    put,
    put_record,
    renamed,
    two_frames_in_a_row,
    two_in_a_row,
    with_first_message,
)
from tests.chaos.records import NO_EVENT, Answered, Called, Committed, Heard, Settled, Weighed

Plant = Callable[[History, Evidence], tuple[History, Evidence]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Planted:
    """`what` the bug does; `checker` is the one that must see it."""

    checker: str
    what: str
    plant: Plant


def a_row_is_gone(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    return history, replace(evidence, rows=evidence.rows[1:])


def a_device_lacks_a_message(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    at, copy = next((at, one) for at, one in enumerate(evidence.copies) if len(one.state.timeline) > 1)
    state = replace(copy.state, timeline=copy.state.timeline[1:])
    return history, replace(evidence, copies=put(evidence.copies, at, replace(copy, state=state)))


def an_acknowledged_place_is_anothers(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    at, answer = next(answers(history))
    event = msgspec.json.decode(answer.event) | {"client_id": "another"}
    return put_record(history, at, replace(answer, event=Raw(msgspec.json.encode(event)))), evidence


def nobody_asked_for_it(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    _, answer = next(answers(history))
    client_id = command(history.calls[answer.call]).client_id
    calls = {number for number, call in history.calls.items() if command(call).client_id == client_id}
    kept = (one for one in history.records if not (isinstance(one, Called | Answered) and one.call in calls))
    return History(kept), evidence


def other_words_than_were_said(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    edited = {one.event.message_id for one in evidence.log if isinstance(one.event, MessageEdited)}
    at, logged = next(
        (at, one)
        for at, one in enumerate(evidence.log)
        if has_text(one.event) and getattr(one.event, "message_id", "") not in edited
    )
    words = Body(kind="text", text="what nobody said")
    conversation_id, seq = logged.event.conversation_id, logged.event.seq

    def changed(event: T) -> T:
        is_it = isinstance(event, MessageSent) and (event.conversation_id, event.seq) == (conversation_id, seq)
        return replace(event, body=words) if is_it and getattr(event, "body", None) is not None else event  # type: ignore[type-var]

    def shown(states: Sequence[T]) -> tuple[T, ...]:
        return tuple(
            replace(one, state=replace(one.state, timeline=tuple(map(changed, one.state.timeline))))  # type: ignore[attr-defined, type-var]
            for one in states
        )

    log = put(evidence.log, at, replace(logged, event=changed(logged.event)))
    return history, replace(evidence, log=log, shown=shown(evidence.shown), copies=shown(evidence.copies))


def a_copy_has_a_message_twice(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    at, copy = next((at, one) for at, one in enumerate(evidence.copies) if any(map(is_message, one.state.timeline)))
    twice = next(event for event in copy.state.timeline if is_message(event))
    state = replace(copy.state, timeline=(*copy.state.timeline, twice))
    return history, replace(evidence, copies=put(evidence.copies, at, replace(copy, state=state)))


def a_retry_counts_twice(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    """Two messages, one given right after the other, had one client_id."""
    first, second = two_in_a_row(history, evidence)
    old, new = command(second).client_id, command(first).client_id
    records = [renamed(one, old, new) for one in history.records]
    log = tuple(
        replace(one, event=replace(one.event, client_id=new)) if one.event.client_id == old else one
        for one in evidence.log
    )
    return History(records), replace(evidence, log=log)


def a_socket_swaps_two_messages(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    one, other = two_frames_in_a_row(history)
    at, to = history.records.index(one), history.records.index(other)
    swapped = put_record(history, at, replace(one, frame=other.frame))
    return put_record(swapped, to, replace(other, frame=one.frame)), evidence


def a_senders_messages_change_places(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    first, second = two_in_a_row(history, evidence)
    at, to = history.records.index(first), history.records.index(second)
    swapped = put_record(history, at, replace(first, command=second.command))
    return put_record(swapped, to, replace(second, command=first.command)), evidence


def a_device_shows_an_old_text(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    return history, with_first_message(evidence, body=Body(kind="text", text="an old text"))


def a_device_shows_a_reaction_that_was_taken_back(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    return history, with_first_message(evidence, reactions=(Reaction("00000000-0000-0000-0000-000000000000", "👍"),))


def an_own_message_is_not_found(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    commands = {call: command(one) for call, one in history.calls.items()}
    deleted = {one.message_id for one in commands.values() if one.type == "DeleteMessage"}
    at, answer = next(
        (at, one)
        for at, one in answers(history)
        if (given := commands[one.call]).type == "EditMessage"
        and given.message_id not in deleted
        and not evidence.members[given.conversation_id][history.calls[one.call].user_id].left
    )
    return put_record(history, at, replace(answer, outcome="refused", event=NO_EVENT, reason="not-found")), evidence


def catching_up_leaves_events_out(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    lost = next(caught_up(history, evidence))
    return History(one for one in history.records if one is not lost), evidence


def a_receipt_comes_again(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    return history, replace(evidence, advances=(*evidence.advances, evidence.advances[0]))


def what_was_read_is_not_delivered(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    at, shown = next((at, one) for at, one in enumerate(evidence.shown) if one.state.read_seq > 0)
    state = replace(shown.state, delivered_seq=shown.state.read_seq - 1)
    return history, replace(evidence, shown=put(evidence.shown, at, replace(shown, state=state)))


def one_too_many_is_unread(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    shown = evidence.shown[0]
    state = replace(shown.state, unread=shown.state.unread + 1)
    return history, replace(evidence, shown=put(evidence.shown, 0, replace(shown, state=state)))


def last_seen_a_minute_early(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    at, gone = next((at, one) for at, one in enumerate(evidence.presences) if one.last_seen_at)
    assert gone.last_seen_at is not None
    early = replace(gone, last_seen_at=gone.last_seen_at - timedelta(minutes=1))
    return history, replace(evidence, presences=put(evidence.presences, at, early))


def who_is_gone_stays_online(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    at, gone = next((at, one) for at, one in enumerate(evidence.presences) if not one.is_online)
    online = replace(gone, is_online=True, last_seen_at=None)
    return history, replace(evidence, presences=put(evidence.presences, at, online))


def a_stranger_hears_a_message(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    for line in history.lines.values():
        for moment in line:
            if isinstance(moment.record, Heard) and isinstance(moment.frame, MessageSent):
                members = evidence.members[moment.frame.conversation_id]
                strangers = (one for one, owner in history.owners.items() if owner not in members)
                device_id = next((one for one in strangers if one in history.lines), None)
                if device_id is not None and moment.frame.client_id is None:
                    return History((*history.records, replace(moment.record, device_id=device_id))), evidence
    raise LookupError("everybody heard everything")


def a_commit_comes_before_its_event(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    at, sample = next(
        (at, one) for at, one in enumerate(history.records) if isinstance(one, Committed) and covers(one, evidence)
    )
    return put_record(history, at, replace(sample, at=history.records[0].at - 1.0)), evidence


def a_command_is_passed_over(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    at, command = next((at, one) for at, one in enumerate(evidence.commands) if one.needs_event and one.decided_at)
    return history, replace(evidence, commands=put(evidence.commands, at, replace(command, decided_at=None)))


def a_view_has_a_wrong_row(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    return history, replace(evidence, views=put(evidence.views, 0, replace(evidence.views[0], differing=1)))


def the_bytes_of_a_file_are_gone(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    return history, replace(evidence, files=put(evidence.files, 0, replace(evidence.files[0], sha256=None)))


def a_phone_is_told_twice(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    return history, replace(evidence, pushes=(*evidence.pushes, evidence.pushes[0]))


def a_frame_tells_too_much(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    at, heard = next((at, one) for at, one in enumerate(history.records) if isinstance(one, Heard))
    told = msgspec.json.decode(heard.frame) | {"secret": 1}
    return put_record(history, at, replace(heard, frame=Raw(msgspec.json.encode(told)))), evidence


def a_process_takes_all_memory(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    at, sample = next((at, one) for at, one in enumerate(history.records) if isinstance(one, Weighed) and one.mib)
    return put_record(history, at, replace(sample, mib=dict.fromkeys(sample.mib, 5_000.0))), evidence


def a_device_never_comes_back(history: History, evidence: Evidence) -> tuple[History, Evidence]:
    at, settled = next((at, one) for at, one in enumerate(history.records) if isinstance(one, Settled))
    return put_record(history, at, replace(settled, missing=("a phone is not synced",))), evidence


PLANTED: Sequence[Planted] = tuple(
    Planted(checker, plant.__name__.replace("_", " "), plant)
    for checker, plants in {
        "nothing acknowledged is lost": (
            a_row_is_gone,
            a_device_lacks_a_message,
            an_acknowledged_place_is_anothers,
        ),
        "nothing is invented": (nobody_asked_for_it, other_words_than_were_said),
        "nothing is doubled": (a_copy_has_a_message_twice, a_retry_counts_twice),
        "one order, and each sender's": (a_socket_swaps_two_messages, a_senders_messages_change_places),
        "all witnesses agree": (a_device_shows_an_old_text, a_device_shows_a_reaction_that_was_taken_back),
        "one's own writes are read": (an_own_message_is_not_found,),
        "recovery is whole or refused": (catching_up_leaves_events_out,),
        "receipts only grow, within bounds": (a_receipt_comes_again, what_was_read_is_not_delivered),
        "unread is right": (one_too_many_is_unread,),
        "last seen is right": (last_seen_a_minute_early, who_is_gone_stays_online),
        "nobody sees what they must not": (a_stranger_hears_a_message,),
        "commits are never ahead of work": (a_commit_comes_before_its_event, a_command_is_passed_over),
        "views equal a rebuild": (a_view_has_a_wrong_row,),
        "no message without its media": (the_bytes_of_a_file_are_gone,),
        "at most one visible push": (a_phone_is_told_twice,),
        "every frame is as documented": (a_frame_tells_too_much,),
        "memory is bounded": (a_process_takes_all_memory,),
        "all is delivered after healing": (a_device_never_comes_back,),
    }.items()
    for plant in plants
)
