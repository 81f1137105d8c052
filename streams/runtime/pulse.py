"""Notices that the whole process was paused for longer than its session lasts: others have its partitions by then.

A thread that does nothing else, so that waiting for a broker that is away is never taken for a pause. Such a process
ends itself before it does more of what is not its own any more; nothing is lost, for it cannot commit either.
"""

import logging
import os
import threading
import time

from streams.runtime import last_words

log = logging.getLogger(__name__)

BEAT_SECONDS = 0.2
PAUSED_EXIT_CODE = 1


class Pulse(threading.Thread):
    def __init__(self, pause_seconds_max: float) -> None:
        super().__init__(daemon=True, name="pulse")
        self._pause_seconds_max = pause_seconds_max
        self._beat_at = time.monotonic()

    def run(self) -> None:
        while True:
            time.sleep(BEAT_SECONDS)
            self.end_if_paused()
            self._beat_at = time.monotonic()

    def end_if_paused(self) -> None:
        """Called also by whoever is about to do something that only the owner of a partition may do."""
        paused_seconds = time.monotonic() - self._beat_at
        if paused_seconds > self._pause_seconds_max:
            last_words.say("Paused")
            log.critical("paused for %.1f s: others go on; ending the process", paused_seconds)
            os._exit(PAUSED_EXIT_CODE)
