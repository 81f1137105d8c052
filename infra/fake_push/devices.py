"""What the fake devices were sent and what they show, and the failures that were ordered for them. Values only.

A device that gets a push with the tag of one that it shows replaces that; a `clear` takes away what it shows of a
conversation, as the app does.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from typing import Any, Literal

from msgspec import Struct

PUSHES_MAX = 20_000  # kept for each device: more than any run sends


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """How a provider fails, `times` times. `answer`: with this status and reason. `hang`: it never answers. `close`: it
    closes the connection instead of answering. `lose`: it takes the push, and then closes."""

    does: Literal["answer", "hang", "close", "lose"] = "answer"
    status: int = 503
    reason: str = ""
    retry_after: int | None = None
    times: int = 1


class Push(Struct, frozen=True):
    """One that a provider took. `tag` says what it replaces; times are seconds since 1970."""

    at: float
    provider: Literal["fcm", "apns"]
    is_visible: bool
    kind: str
    conversation_id: str
    message_id: str
    tag: str
    title: str
    text: str
    badge: int | None
    expires_at: float | None
    payload: dict[str, Any]


class Journaled(Struct, frozen=True):
    """A push, and the device that it was for: a line of the journal."""

    token: str
    push: Push


class Screen(Struct, frozen=True):
    """A device: all that it was sent, and what it shows now."""

    pushes: tuple[Push, ...]
    shown: tuple[Push, ...]


class Devices:
    def __init__(self, write: Callable[[Journaled], None] = lambda _: None) -> None:
        """`write` is told of each push before its sender is."""
        self._write = write
        self.accepted = 0
        self.asked: Counter[str] = Counter()
        self._faults: dict[str, deque[Fault]] = {}
        self._pushes: defaultdict[str, deque[Push]] = defaultdict(lambda: deque(maxlen=PUSHES_MAX))
        self._shown: defaultdict[str, dict[str, Push]] = defaultdict(dict)

    def order(self, token: str, faults: Iterable[Fault]) -> None:
        """These failures for a token, or for all of a provider by its name, in this order; then all goes well again."""
        self._faults[token] = deque(one for fault in faults for one in [fault] * fault.times)

    def asks(self, token: str, provider: str = "") -> Fault | None:
        """Somebody wants to push to a device: the failure that is due."""
        self.asked[token] += 1
        for name in (token, provider):
            if queue := self._faults.get(name):
                return queue.popleft()
        return None

    def take(self, token: str, push: Push) -> None:
        self.accepted += 1
        self._write(Journaled(token, push))
        self._pushes[token].append(push)
        shown = self._shown[token]
        if push.kind == "clear":
            for tag in [tag for tag, one in shown.items() if one.conversation_id == push.conversation_id]:
                del shown[tag]
        elif push.is_visible:
            shown[push.tag] = push

    def screen(self, token: str) -> Screen:
        return Screen(tuple(self._pushes.get(token, ())), tuple(self._shown.get(token, {}).values()))

    def forget(self) -> None:
        self.accepted = 0
        for one in (self.asked, self._faults, self._pushes, self._shown):
            one.clear()
