"""One's own messages on their way: pending, sent or refused."""

import asyncio

from clients.python import BackchannelError, Client
from clients.terminal import render
from clients.terminal.people import Target
from clients.terminal.screen import Screen

_SHOW_PENDING_SECONDS = 0.6  # what is confirmed sooner is shown once, with its tick
_SETTLE_SECONDS = 5.0
_CONFIRM_SECONDS = 30.0  # how long leaving waits for what was written


class Writing:
    """`has_failed` when something was not sent."""

    def __init__(self, client: Client, screen: Screen) -> None:
        self._client = client
        self._screen = screen
        self._tasks: set[asyncio.Task[None]] = set()
        self.has_failed = False

    def write(self, text: str, target: Target, *, reply_to: str | None = None) -> None:
        """Sends a text; its line appears in its place, as the event that it has become."""
        task = asyncio.create_task(self._send(text, target, reply_to))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Waits a while until what was written has its place."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=_SETTLE_SECONDS)

    async def finish(self) -> None:
        """Waits until everything that was written is confirmed."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(set(self._tasks), timeout=_SHOW_PENDING_SECONDS)
        if late:
            self._screen.show(f"… waiting until {len(late)} more are confirmed (Ctrl-C leaves now)")
            _, late = await asyncio.wait(late, timeout=_CONFIRM_SECONDS)
        for task in late:
            task.cancel()
        if late:
            self.has_failed = True
            self._screen.show(f"! {len(late)} not confirmed in {_CONFIRM_SECONDS:.0f} s: perhaps sent, perhaps not")

    async def _send(self, text: str, target: Target, reply_to: str | None) -> None:
        sending = asyncio.create_task(
            self._client.send_text(
                text,
                to_user_id=None if target.conversation_id else target.user_id,
                conversation_id=target.conversation_id,
                reply_to=reply_to,
                timeout_seconds=None,
            )
        )
        try:
            if not (await asyncio.wait({sending}, timeout=_SHOW_PENDING_SECONDS))[0]:
                self._screen.show(render.pending_line(text))
            target.conversation_id = (await sending).conversation_id
        except BackchannelError as error:
            self.has_failed = True
            self._screen.show(render.refused_line(text, str(error)))
