"""Tells that one is typing: at the first letter, now and then while it goes on, and when the line is empty again."""

import time
from collections.abc import Callable

from clients.python import Client

_AGAIN_SECONDS = 3.0  # the server forgets it after 6 s


class TypingOut:
    """`conversation_id` says which conversation is open, if any."""

    def __init__(self, client: Client, conversation_id: Callable[[], str | None]) -> None:
        self._client = client
        self._conversation_id = conversation_id
        self._said: str | None = None
        self._again_at = 0.0

    def changed(self, text: str) -> None:
        """The line that is being typed."""
        now, name = time.monotonic(), self._conversation_id()
        is_typing = bool(text) and not text.startswith("/")
        if self._said is not None and (not is_typing or self._said != name):
            self._client.set_typing(self._said, is_typing=False)
            self._said = None
        if is_typing and name is not None and (self._said is None or now >= self._again_at):
            self._client.set_typing(name, is_typing=True)
            self._said, self._again_at = name, now + _AGAIN_SECONDS
