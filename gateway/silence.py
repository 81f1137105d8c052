"""Silence: a connection of which nothing is heard is said to be silent after the threshold, and closed after a minute.

A heartbeat costs nothing here but the time it came: each connection is looked at once per threshold, not per frame.
"""

import asyncio

from gateway.connection import Connection
from gateway.deadlines import Deadlines
from gateway.registry import Registry
from gateway.saying import Saying
from gateway.settings import GatewaySettings
from schemas.close_codes import CloseCode

LOOK_SECONDS = 0.25  # of the 2 s that may pass, beyond the threshold, until somebody is shown offline


class Silence:
    def __init__(self, settings: GatewaySettings, registry: Registry, saying: Saying) -> None:
        self._settings = settings
        self._registry = registry
        self._saying = saying
        self._deadlines: Deadlines[Connection] = Deadlines(LOOK_SECONDS)

    def listen(self, connection: Connection) -> None:
        """From now on, notice when it falls silent."""
        self._deadlines.add(connection, connection.session.heard_at + self._settings.presence_threshold_seconds)

    def broken(self, connection: Connection) -> None:
        """One that was silent has spoken."""
        connection.is_silent = False
        if connection.actor is not None:
            self._saying.heard(connection.actor)

    async def run(self) -> None:
        """Look at those that are due, for ever."""
        now = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for connection in self._deadlines.due(now()):
                if connection.id in self._registry:
                    self._look(connection, now())

    def _look(self, connection: Connection, now: float) -> None:
        """Each connection has one deadline at any time, which comes no later than its next silence can begin."""
        session, threshold = connection.session, self._settings.presence_threshold_seconds
        if session.is_silent(now):
            connection.close(CloseCode.SILENT, "no sign of life")
        elif now - session.heard_at <= threshold:
            self._deadlines.add(connection, session.heard_at + threshold)
        else:
            if connection.actor is not None and not connection.is_silent:
                connection.is_silent = True
                self._saying.silent(connection, connection.actor)
            self._deadlines.add(connection, min(now + threshold, session.heard_at + self._settings.silence_seconds))
