"""Composing: who writes where, said in `conversation.signals` when it begins and when it ends.

It ends when the client says so, with the message, with the connection, or when it is not renewed for 6 s.
"""

import asyncio
import logging
from time import time

from gateway.connection import Connection
from infra.stores.log import Appender
from schemas import door, envelope, frames
from schemas.codec import encode
from schemas.door import Actor
from schemas.parsing import MalformedFrame
from schemas.signals import TypingChanged
from schemas.times import timestamp
from schemas.topics import CONVERSATION_SIGNALS

log = logging.getLogger(__name__)

TYPING_SECONDS = 6.0


class Composing:
    def __init__(self, appender: Appender, direct_secret: bytes, gateway: str) -> None:
        self._appender = appender
        self._direct_secret = direct_secret
        self._gateway = gateway
        self._timers: dict[str, dict[str, asyncio.TimerHandle]] = {}  # by connection and conversation

    def set(self, connection: Connection, actor: Actor, frame: frames.SetTyping) -> None:
        if frame.is_typing:
            self._begin(connection.id, actor.user_id, frame.conversation_id)
        else:
            self._end(connection.id, actor.user_id, frame.conversation_id)

    def submitted(self, connection: Connection, actor: Actor, frame: frames.AnyKeyedFrame) -> None:
        """A message ends the writing of it."""
        if connection.id not in self._timers or not isinstance(frame, frames.SendMessage):
            return
        try:
            conversation_id = door.conversation_of(frame, actor.user_id, self._direct_secret)
        except MalformedFrame:
            return
        self._end(connection.id, actor.user_id, conversation_id)

    def gone(self, connection: Connection) -> None:
        if connection.actor is not None:
            for conversation_id in tuple(self._timers.get(connection.id, ())):
                self._end(connection.id, connection.actor.user_id, conversation_id)

    def _begin(self, connection_id: str, user_id: str, conversation_id: str) -> None:
        timers = self._timers.setdefault(connection_id, {})
        if conversation_id in timers:
            timers[conversation_id].cancel()
        else:
            self._say(user_id, conversation_id, is_typing=True)
        timers[conversation_id] = asyncio.get_running_loop().call_later(
            TYPING_SECONDS, self._end, connection_id, user_id, conversation_id
        )

    def _end(self, connection_id: str, user_id: str, conversation_id: str) -> None:
        timers = self._timers.get(connection_id, {})
        if (timer := timers.pop(conversation_id, None)) is None:
            return
        timer.cancel()
        if not timers:
            del self._timers[connection_id]
        self._say(user_id, conversation_id, is_typing=False)

    def _say(self, user_id: str, conversation_id: str, *, is_typing: bool) -> None:
        at = timestamp(int(time() * 1000))
        signal = TypingChanged(conversation_id=conversation_id, user_id=user_id, is_typing=is_typing, at=at)
        trace = envelope.new_trace()
        headers = envelope.headers(
            signal, id_=trace[3:35], source=self._gateway, subject=conversation_id, at=at, trace=trace
        )
        try:
            self._appender.produce(CONVERSATION_SIGNALS.name, encode(signal), key=conversation_id, headers=headers)
        except BufferError as full:
            log.warning("a signal is not said: %s", full)
