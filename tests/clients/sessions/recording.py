"""Records a session while a real client drives it: every call of the core, with what it was given and what it gave."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from clients.python import Client, Session
from clients.python.connection import Received
from clients.python.effects import Effect, Question, SendBytes
from clients.python.frames import AnyFrame
from tests.clients.sessions.wire import Json, effect_json, plain, state_of

TICKET = "ticket"  # the real one is spent, and nobody's business


class Recorder:
    """What happened to one client's session, in order."""

    def __init__(self) -> None:
        self.steps: list[Json] = []
        self._raw: bytes = b""
        self._depth = 0
        self._lost: Callable[[AnyFrame], bool] = lambda _: False

    def see(self, received: Received) -> None:
        """The client's observer: the frame as it came, before the session has it."""
        self._raw = received.raw

    def lose(self, which: Callable[[AnyFrame], bool]) -> None:
        """The next frame of this kind never arrives."""
        self._lost = which

    def watch(self, client: Client) -> None:
        """Records from now on; before the client starts."""
        session = client.session
        self._wrap(session, "hello", lambda _ticket: {"ticket": TICKET})
        self._wrap(session, "disconnected", dict)
        self._wrap(session, "submit", lambda command, now: {"command": command, "now": now})
        self._wrap(session, "signal", lambda frame: {"frame": frame})
        self._wrap(session, "read", _reading)
        self._wrap(session, "receive", lambda _frame, now: {"frame": msgspec.Raw(self._raw), "now": now})
        self._wrap(session, "missing_received", _page)
        self._wrap(session, "own_received", _page)
        self._wrap(session, "conversation_received", _description)
        self._wrap(session, "unanswered", lambda asked, now: {"asked": _asked(asked), "now": now})
        self._wrap(session, "wake", lambda now: {"now": now})
        self._wrap(session.watching, "subscribe", lambda user_ids: {"user_ids": list(user_ids)})
        self._wrap(session.watching, "unsubscribe", lambda user_ids: {"user_ids": list(user_ids)})

    def finish(self, session: Session, *, name: str, about: str) -> Json:
        """The recording, with what the session knows now."""
        return {"name": name, "about": about, "steps": list(self.steps), "state": state_of(session)}

    def _wrap(self, owner: object, name: str, given: Callable[..., dict[str, object]]) -> None:
        inner = getattr(owner, name)

        def recorded(*arguments: Any, **named: Any) -> Any:
            if name == "receive" and self._lost(arguments[0]):
                self._lost = lambda _: False
                return []
            step = {"do": name, **plain(given(*arguments, **named))} if self._depth == 0 else None
            self._depth += 1
            try:
                result = inner(*arguments, **named)
            finally:
                self._depth -= 1
            if step is not None and (then := [effect_json(effect) for effect in _effects(name, result)]):
                step["then"] = then
            if step is not None:
                self.steps.append(step)
            return result

        setattr(owner, name, recorded)


def _effects(name: str, result: Any) -> Iterable[Effect]:
    if name == "submit":
        return result[1]  # type: ignore[no-any-return]  # the key comes first
    if name == "hello":
        hello = msgspec.json.decode(result) | {"ticket": TICKET}
        return [SendBytes(msgspec.json.encode(hello))]
    return result or []


def _reading(conversation_id: str, up_to_seq: int | None, now: float) -> dict[str, object]:
    return {"conversation_id": conversation_id, "up_to_seq": up_to_seq, "now": now}


def _page(asked: Question, events: object, *more: Any, **named: Any) -> dict[str, object]:
    rest = {"now": more[0]} if more else named
    return {"asked": _asked(asked), "events": events, **rest}


def _description(asked: Question, summary: object, now: float) -> dict[str, object]:
    return {"asked": _asked(asked), "summary": summary, "now": now}


def _asked(asked: Question) -> Json:
    return effect_json(asked)["ask"]
