"""Golden samples: one recorded record of every version of every value, kept for ever in `golden/`.

`python -m tests.schemas.golden_samples` records those that are missing, from tests.builders; it never changes one.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from schemas import accounts, codec, commands, dead_letters, envelope, events
from schemas.bodies import Text
from schemas.times import timestamp
from tests.builders import (
    ALICE,
    BOB,
    CONVERSATION,
    CONVERSATION_KEY,
    PICTURE,
    START_MS,
    acknowledge_delivery,
    acknowledge_read,
    add,
    added,
    beat,
    block,
    blocked,
    change_role,
    change_settings,
    complete,
    connected,
    create,
    created,
    delete,
    deleted,
    delivered,
    disconnected,
    edit,
    edited,
    heard,
    lease,
    leave,
    media_ready,
    media_refused,
    push_failed,
    push_requested,
    push_succeeded,
    react,
    reacted,
    read,
    refused,
    remove,
    removed,
    repeated,
    role_changed,
    sealed,
    send,
    sent,
    settings_changed,
    silent,
    token_retired,
    typing,
    went_offline,
    went_online,
)

FOLDER = Path(__file__).parent / "golden"
TEXT = Text("Hello, Bob! Grüße 👋")
NAME = "Friends 🎉"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Sample(Struct, frozen=True):
    """A record as it stood in the log; `value` is its very JSON."""

    topic: str
    key: str
    headers: dict[str, str]
    value: Raw

    @property
    def value_bytes(self) -> bytes:
        return msgspec.json.format(bytes(self.value), indent=-1)


def path_of(ce_type: bytes) -> Path:
    """`MessageSent.v1` has its sample in `golden/MessageSent.v1.json`."""
    return FOLDER / f"{ce_type.decode()}.json"


def sample_at(path: Path) -> Sample:
    return msgspec.json.decode(path.read_bytes(), type=Sample)


def record(value: Struct, topic: str, key: str, more: Mapping[str, str]) -> None:
    """Write a value's sample, unless it has one."""
    path = path_of(envelope.ce_type(type(value)))
    if path.exists():
        return
    found = envelope.headers(value, id_="0-7", source="golden", subject=key, at=timestamp(START_MS), trace=TRACE)
    headers = {name: text.decode() for name, text in found if isinstance(text, bytes)}
    sample = Sample(topic, key, {**headers, **more}, Raw(codec.encode(value)))
    path.write_bytes(msgspec.json.format(msgspec.json.encode(sample), indent=2) + b"\n")


def commands_of_a_conversation() -> Iterator[commands.AnyCommand]:
    body = sealed(TEXT)
    name = CONVERSATION_KEY.seal(NAME)
    yield send("m1", to_user_id=BOB, body=body)
    yield edit(body=body)
    yield delete()
    yield react()
    yield create(name=name)
    yield add()
    yield remove()
    yield leave()
    yield change_role()
    yield change_settings(
        name=name, description=name, avatar_media_id=None, who_can_send="admins", who_can_add="admins"
    )
    yield acknowledge_delivery()
    yield acknowledge_read(is_private=True)
    yield block()


def events_of_a_conversation() -> Iterator[events.AnyEvent]:
    body = sealed(TEXT)
    name = CONVERSATION_KEY.seal(NAME)
    first = sent(1, client_id="m1", body=body)
    yield first
    yield edited(body=body)
    yield deleted()
    yield reacted()
    yield created(name=name)
    yield added()
    yield removed(user_id=ALICE, promoted_user_id=BOB)
    yield role_changed()
    yield settings_changed(
        name=name, description=name, avatar_media_id=None, who_can_send="admins", who_can_add="admins"
    )
    yield delivered()
    yield read(is_private=True)
    yield blocked()
    yield refused()
    yield repeated(first)


def record_all() -> None:
    letter = dead_letters.DeadLetter(
        topic="conversation.commands",
        partition=3,
        offset=7,
        agent="conversation",
        cause="JSON is malformed",
        at=timestamp(START_MS),
        key=CONVERSATION.encode(),
        value=b"\xff{",
    )
    for command in commands_of_a_conversation():
        record(command, "conversation.commands", CONVERSATION, {})
    for event in events_of_a_conversation():
        place = {"seq": str(event.seq)} if isinstance(event, events.TimelineEvent) else {}
        record(event, "conversation.events", CONVERSATION, place)
    record(typing(), "conversation.signals", CONVERSATION, {})
    record(connected(), "presence.events", ALICE, {})
    for word in (disconnected(), silent(), heard(), went_online(), went_offline()):
        record(word, "presence.events", ALICE, {})
    record(lease(), "presence.leases", "gateway-1", {})
    record(beat(), "presence.leases", "presence-1", {})
    record(complete(), "media.commands", PICTURE, {})
    for fate in (media_ready(), media_refused()):
        record(fate, "media.events", PICTURE, {})
    for account in (accounts.AccountCreated, accounts.AccountErased):
        record(account(user_id=ALICE, at=timestamp(START_MS)), "account.events", ALICE, {})
    record(push_requested(client_id="m1", body=sealed(TEXT)), "notification.requests", BOB, {})
    for outcome in (push_succeeded(), push_failed(), token_retired()):
        record(outcome, "notification.outcomes", BOB, {})
    settled = dead_letters.DeadLetterSettled(letter=4, how="retried", at=timestamp(START_MS))
    for one in (letter, settled):
        record(one, "dead.letters", CONVERSATION, {})


if __name__ == "__main__":
    record_all()
