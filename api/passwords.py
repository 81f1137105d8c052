"""Passwords: argon2id in a few threads of their own, so that the event loop never waits."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from api.problems import unavailable

T = TypeVar("T")

PASSWORD_CHARACTERS_MIN = 10
# OWASP's first choice for argon2id: 19 MiB, two passes, one lane; some 20 ms of one core.
MEMORY_KIB, PASSES, LANES = 19_456, 2, 1


class Passwords:
    """At most `queue_max` hashes are waited for; more are answered `unavailable`."""

    def __init__(self, threads: int, queue_max: int) -> None:
        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._pool = ThreadPoolExecutor(threads, "password")
        self._queue_max = queue_max
        self._queued = 0
        self._nobody = self._hasher.hash("the password of nobody")

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._hasher.hash(password))

    async def is_right(self, password: str, password_hash: str | None) -> bool:
        """Whether it is the password of that hash. No hash (nobody) takes as long as a wrong one."""
        return await self._run(lambda: self._verify(password, password_hash or self._nobody)) and bool(password_hash)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (Argon2Error, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._queued >= self._queue_max:
            raise unavailable("too many passwords are being checked")
        self._queued += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._queued -= 1
