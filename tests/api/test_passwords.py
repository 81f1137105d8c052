"""Passwords: right, wrong, nobody's; and no more of them at once than may be."""

import asyncio

from api.passwords import Passwords
from api.problems import Problem


class TestPasswords:
    async def test_right(self) -> None:
        passwords = Passwords(1, 10)
        assert await passwords.is_right("correct horse", await passwords.hash("correct horse"))

    async def test_wrong(self) -> None:
        passwords = Passwords(1, 10)
        password_hash = await passwords.hash("correct horse")
        assert not await passwords.is_right("correct cow", password_hash)
        assert not await passwords.is_right("correct horse", None)
        assert not await passwords.is_right("the password of nobody", None)
        assert not await passwords.is_right("correct horse", "no hash at all")

    async def test_unavailable_when_too_many_wait(self) -> None:
        passwords = Passwords(1, 2)
        results = await asyncio.gather(*(passwords.hash("x" * 10) for _ in range(4)), return_exceptions=True)
        assert ["unavailable"] * 2 == [one.code for one in results if isinstance(one, Problem)]

    async def test_the_loop_goes_on(self) -> None:
        passwords = Passwords(1, 10)
        hashing = asyncio.create_task(passwords.hash("correct horse"))
        turns = 0
        while not hashing.done():
            turns += 1
            await asyncio.sleep(0)
        assert turns > 10
