"""Replays a recorded session in the Python core, step by step."""

from typing import Any

import msgspec

from clients.python import Session, commands
from clients.python.decoding import decode, decode_events
from clients.python.effects import Effect, SendBytes
from clients.python.session import Bookmark
from clients.python.summaries import ConversationSummary
from tests.clients.sessions.wire import Json, effect_json, question


def replay(recording: Json) -> Session:
    """Does all steps, each with what must come of it, and gives the session as it is then."""
    session = Session(msgspec.convert(recording.get("bookmark") or {}, Bookmark))
    for number, step in enumerate(recording["steps"]):
        effects = [effect_json(effect) for effect in _do(session, step)]
        assert step.get("then", []) == effects, f"step {number}: {step['do']}"
    return session


def _do(session: Session, step: Json) -> list[Effect]:
    now = step.get("now", 0.0)
    match step["do"]:
        case "hello":
            return [SendBytes(session.hello(step["ticket"]))]
        case "disconnected":
            session.disconnected()
        case "submit":
            return session.submit(_frame(step["command"]), now)[1]
        case "signal":
            return session.signal(_frame(step["frame"]))
        case "read":
            return session.read(step["conversation_id"], step["up_to_seq"], now)
        case "receive":
            return session.receive(decode(msgspec.json.encode(step["frame"])), now)
        case "missing_received":
            return session.missing_received(_asked(step), _events(step), now)
        case "own_received":
            return session.own_received(_asked(step), _events(step), has_more=step["has_more"], now=now)
        case "conversation_received":
            summary = msgspec.convert(step["summary"], ConversationSummary)
            return session.conversation_received(_asked(step), summary, now)
        case "unanswered":
            session.unanswered(_asked(step), now)
        case "wake":
            return session.wake(now)
        case "epoch":
            session.epoch = step["epoch"]
        case "subscribe":
            return session.watching.subscribe(step["user_ids"])
        case "unsubscribe":
            return session.watching.unsubscribe(step["user_ids"])
        case other:
            raise AssertionError(f"unknown step: {other}")
    return []


def _frame(value: Json) -> Any:
    return msgspec.convert(value, getattr(commands, value["type"]))


def _asked(step: Json) -> Any:
    return question(step["asked"])


def _events(step: Json) -> Any:
    return decode_events(msgspec.Raw(msgspec.json.encode(event)) for event in step["events"])
