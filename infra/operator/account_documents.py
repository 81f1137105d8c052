"""The documents of an account's export: what its files hold. `python -m infra.operator.account_documents` prints their
JSON Schema, which stands in docs/account-export.json.

Lines of the log have the form of `backchannel log cat --json --unseal` (infra/operator/showing.py).
"""

import sys
from typing import Any

import msgspec
from msgspec import Struct

from infra.operator.showing import Shown

VERSION = 1


class Profile(Struct, frozen=True):
    """profile.json. Times are RFC 3339 in UTC."""

    user_id: str
    handle: str
    display_name: str
    avatar_media_id: str | None
    created_at: str
    last_seen_at: str | None
    read_receipts: bool
    last_seen_visibility: str


class Device(Struct, frozen=True):
    """devices.json, a list. `push_token` is a fingerprint: the token itself opens a way to the phone."""

    device_id: str
    name: str
    signed_in_at: str
    seen_at: str | None
    push_provider: str | None
    push_token: str | None


class Stay(Struct, frozen=True):
    """From `joined_seq` to `left_seq` one was a member, both included; null: one still is."""

    joined_seq: int
    joined_at: str
    left_seq: int | None = None
    left_at: str | None = None


class Conversation(Struct, frozen=True):
    """conversations.json, a list. `name` as it was when one saw it last."""

    conversation_id: str
    kind: str
    name: str | None
    stays: tuple[Stay, ...]
    muted_until: str | None


class Received(Struct, frozen=True):
    """received.jsonl: messages of others that one could see; what they say is not one's own. `size` in bytes."""

    at: str
    conversation_id: str
    seq: int
    message_id: str
    sender_id: str
    kind: str
    size: int


class File(Struct, frozen=True):
    """media.json, a list. `path` inside the export; null where there is no file (yet). What was uploaded, as it was
    declared, and what others get: `sha256` and `size` are of the file at `path`."""

    media_id: str
    kind: str
    file_name: str | None
    status: str
    declared_type: str
    declared_size: int
    declared_sha256: str
    path: str | None = None
    content_type: str | None = None
    size: int | None = None
    sha256: str | None = None


class Written(Struct, frozen=True):
    """A file of the export; `lines`: of one that has a JSON value on each."""

    path: str
    size: int
    sha256: str
    lines: int | None = None


class Reach(Struct, frozen=True):
    """Which records of a partition were read: offsets `start` to before `end`."""

    topic: str
    partition: int
    start: int
    end: int


class Manifest(Struct, frozen=True):
    """manifest.json: whom it is about, how far the log was read, and every other file."""

    version: int
    user_id: str
    made_at: str
    log: tuple[Reach, ...]
    files: tuple[Written, ...]


LINES = {
    "messages.jsonl": "what one wrote, edited and deleted",
    "reactions.jsonl": "how one reacted to messages",
    "receipts.jsonl": "what one had received and read, and when",
    "groups.jsonl": "groups that one made, changed or left, and people whom one added or removed",
    "blocks.jsonl": "whom one blocked",
    "answers.jsonl": "commands that were refused or repeated",
    "commands.jsonl": "commands as they were asked for, as long as they are kept (7 days)",
    "typing.jsonl": "where one was writing (1 hour)",
    "presence.jsonl": "when devices were there, and when one was online (90 days)",
    "pushes.jsonl": "which devices were told of messages, and what came of it (90 days)",
    "uploads.jsonl": "what became of files that one uploaded",
    "account.jsonl": "when the account was made",
}
"""Files with records of the log, one on each line."""

DOCUMENTS: dict[str, Any] = {
    "profile.json": Profile,
    "devices.json": list[Device],
    "conversations.json": list[Conversation],
    "media.json": list[File],
    "received.jsonl": Received,
    **dict.fromkeys(LINES, Shown),
    "manifest.json": Manifest,
}
"""What each file holds; of a .jsonl file, what each line does."""


def schema() -> bytes:
    """The JSON Schema of every file; always the same bytes for the same types."""
    schemas, components = msgspec.json.schema_components(DOCUMENTS.values(), ref_template="#/$defs/{name}")
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The export of an account",
        "description": "What each file holds; of a .jsonl file, what each line does.",
        "properties": dict(zip(DOCUMENTS, schemas, strict=True)),
        "$defs": components,
    }
    return msgspec.json.format(msgspec.json.encode(whole, order="sorted"), indent=2) + b"\n"


if __name__ == "__main__":
    sys.stdout.buffer.write(schema())
