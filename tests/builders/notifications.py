"""Requests to push and what became of them: Bob's phone is told of Alice's first message, unless said."""

from typing import Any

from schemas import notifications
from schemas.ids import push_request_id
from schemas.times import timestamp
from tests.builders.events import sent
from tests.builders.people import ALICE, BOB, CONVERSATION, PHONE, START_MS

HOUR_MS = 3_600_000


def push_requested(seq: int = 1, **more: Any) -> notifications.PushRequested:
    """Made a second after the log began, for a message of then; good for an hour."""
    message = sent(seq)
    device_id = more.get("device_id", PHONE)
    values = {
        "request_id": push_request_id(device_id, message.message_id, "message"),
        "kind": "message",
        "at": message.at,
        "expires_at": timestamp(START_MS + 1000 * seq + HOUR_MS),
        "message_id": message.message_id,
        "sender_id": ALICE,
        "client_id": message.client_id,
    }
    return notifications.PushRequested(**{**_about(seq), **values, **more})


def clear_requested(seq: int = 1, **more: Any) -> notifications.PushRequested:
    """What was shown up to seq was read elsewhere."""
    device_id, place = more.get("device_id", PHONE), f"{more.get('conversation_id', CONVERSATION)}/{seq}"
    values = {
        "request_id": push_request_id(device_id, place, "clear"),
        "kind": "clear",
        "at": timestamp(START_MS + 1000 * seq),
        "expires_at": timestamp(START_MS + 1000 * seq + HOUR_MS),
    }
    return notifications.PushRequested(**{**_about(seq), **values, **more})


def push_succeeded(**more: Any) -> notifications.PushSucceeded:
    values = {"sent": "message", "provider_id": "projects/backchannel/messages/1"}
    return notifications.PushSucceeded(**{**_outcome(), **values, **more})


def push_failed(**more: Any) -> notifications.PushFailed:
    return notifications.PushFailed(**{**_outcome(), "reason": "rejected", "detail": "INVALID_ARGUMENT", **more})


def token_retired(**more: Any) -> notifications.TokenRetired:
    values = {"user_id": BOB, "device_id": PHONE, "provider": "fcm", "token_hash": b"hash", "at": timestamp(START_MS)}
    return notifications.TokenRetired(**{**values, **more})


def _outcome() -> dict[str, Any]:
    return {
        **_about(1),
        "request_id": push_request_id(PHONE, sent().message_id, "message"),
        "at": timestamp(START_MS + 2000),
        "attempts": 1,
    }


def _about(seq: int) -> dict[str, Any]:
    return {"user_id": BOB, "device_id": PHONE, "provider": "fcm", "conversation_id": CONVERSATION, "seq": seq}
