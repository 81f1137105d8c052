"""Golden samples: one recorded record of every version of every value, kept for ever in `golden/`.

`python -m tests.schemas.golden_samples` records those that are missing, from tests.builders; it never changes one.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from schemas import accounts, codec, dead_letters, envelope
from schemas.bodies import Text
from schemas.times import timestamp
from tests.builders import (
    ALICE,
    BOB,
    CONVERSATION,
    START_MS,
    connected,
    disconnected,
    refused,
    repeated,
    sealed,
    send,
    sent,
)

FOLDER = Path(__file__).parent / "golden"
TEXT = Text("Hello, Bob! Grüße 👋")
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


def read(path: Path) -> Sample:
    return msgspec.json.decode(path.read_bytes(), type=Sample)


def record(value: Struct, topic: str, key: str, more: Mapping[str, str]) -> None:
    """Write a value's sample, unless it has one."""
    path = path_of(envelope.ce_type(type(value)))
    if path.exists():
        return
    found = envelope.headers(
        value, id_="0-7", source="golden", subject=key, at=timestamp(START_MS), trace=TRACE
    )
    headers = {name: text.decode() for name, text in found if isinstance(text, bytes)}
    sample = Sample(topic, key, {**headers, **more}, Raw(codec.encode(value)))
    path.write_bytes(msgspec.json.format(msgspec.json.encode(sample), indent=2) + b"\n")


def record_all() -> None:
    body = sealed(TEXT)
    first = sent(1, client_id="m1", body=body)
    conversation = ("conversation.events", CONVERSATION)
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
    record(send("m1", to_user_id=BOB, body=body), "conversation.commands", CONVERSATION, {})
    record(first, *conversation, {"seq": "1"})
    record(refused(), *conversation, {})
    record(repeated(first), *conversation, {})
    record(connected(), "presence.events", ALICE, {})
    record(disconnected(), "presence.events", ALICE, {})
    record(accounts.AccountCreated(user_id=ALICE, at=timestamp(START_MS)), "account.events", ALICE, {})
    record(letter, "dead.letters", CONVERSATION, {})


if __name__ == "__main__":
    record_all()
