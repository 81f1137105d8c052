"""One's own messages on their way: pending, sent or refused."""

import asyncio
import uuid

from clients.python import BackchannelError, Client
from clients.terminal import render
from clients.terminal.people import Target
from clients.terminal.screen import Screen

_SHOW_PENDING_SECONDS = 0.6  # what is confirmed sooner is shown once, with its tick
_CONFIRM_SECONDS = 30.0  # how long leaving waits for what was written


class Writing:
    """`has_failed` when something was not sent."""

    def __init__(self, client: Client, screen: Screen) -> None:
        self._client = client
        self._screen = screen
        self._client_ids: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.has_failed = False

    def write(self, text: str, target: Target) -> None:
        """Sends a text; its line appears when it has its place."""
        task = asyncio.create_task(self._send(text, target))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def is_shown_here(self, client_id: str | None) -> bool:
        """Whether this is a message of which a line appears by itself."""
        return client_id in self._client_ids

    async def finish(self) -> None:
        """Waits until everything that was written is confirmed."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks), timeout=_CONFIRM_SECONDS)
        for task in late:
            task.cancel()
        if late:
            self.has_failed = True
            self._screen.show(
                f"! {len(late)} not confirmed in {_CONFIRM_SECONDS:.0f} s: perhaps sent, perhaps not"
            )

    async def _send(self, text: str, target: Target) -> None:
        client_id = str(uuid.uuid4())
        self._client_ids.add(client_id)
        sending = asyncio.create_task(
            self._client.send_text(
                text,
                to_user_id=None if target.conversation_id else target.user_id,
                conversation_id=target.conversation_id,
                client_id=client_id,
                timeout_seconds=None,
            )
        )
        try:
            if not (await asyncio.wait({sending}, timeout=_SHOW_PENDING_SECONDS))[0]:
                self._screen.show(render.pending_line(text))
            sent = await sending
        except BackchannelError as error:
            self.has_failed = True
            self._screen.show(render.refused_line(text, str(error)))
        else:
            target.conversation_id = sent.conversation_id
            copy = self._client.conversations.get(sent.conversation_id)
            self._screen.show(render.own_line(sent, copy, self._client.user_id))
