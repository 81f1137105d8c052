"""Answers the session's questions over HTTP, each in a task of its own."""

import asyncio
import time
from collections.abc import Callable, Iterable

from clients.python.effects import Effect, FetchConversation, FetchMissing, Question
from clients.python.errors import ApiError, Unreachable
from clients.python.http import Api
from clients.python.session import Session

_PAGE_EVENTS_MAX = 200


class Asking:
    """The questions on their way. `carry_out` is given what the answers lead to."""

    def __init__(self, api: Api, session: Session, carry_out: Callable[[Iterable[Effect]], None]) -> None:
        self._api = api
        self._session = session
        self._carry_out = carry_out
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, question: Question) -> None:
        """Asks."""
        task = asyncio.create_task(self._ask(question))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def cancel(self) -> None:
        """Nobody waits for the answers any more."""
        for task in self._tasks:
            task.cancel()

    async def _ask(self, question: Question) -> None:
        try:
            effects = await self._answered(question)
        except (ApiError, Unreachable):
            self._session.unanswered(question, time.monotonic())
            effects = []
        self._carry_out(effects)

    async def _answered(self, question: Question) -> list[Effect]:
        session, name = self._session, question.conversation_id
        if isinstance(question, FetchConversation):
            summary = await self._api.conversation(name)
            return session.conversation_received(question, summary, time.monotonic())
        page = await self._api.timeline(name, after=question.after, limit=_PAGE_EVENTS_MAX)
        now = time.monotonic()
        if isinstance(question, FetchMissing):
            return session.missing_received(question, page.events, now)
        return session.own_received(question, page.events, has_more=page.has_more, now=now)
