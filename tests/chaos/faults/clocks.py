"""Clocks that jump: what our processes take for the time of day is shifted, by a file that all of them look at."""

import asyncio
import shutil
import struct
import subprocess
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from random import Random

import httpx

from infra.local.faults import StackFault
from infra.local.parts import Part
from infra.local.settings import HOST
from tests.chaos.faults.fault import Fault

SOURCE = Path(__file__).with_name("shifted_clock.c")
JUMP_SECONDS = (3.0, 25.0)
ANSWER_SECONDS = 5.0


class Clock:
    """The time of day of the processes that were started with `variables`."""

    def __init__(self, library: Path, file: Path) -> None:
        self._library = library
        self._file = file

    @classmethod
    def make(cls, folder: Path) -> "Clock | None":
        """None where there is no C compiler."""
        compiler = shutil.which("cc")
        if compiler is None:
            return None
        library, file = folder / "shifted_clock.so", folder / "clock"
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-lm"], check=True)
        file.write_bytes(struct.pack("d", 0.0))
        return cls(library, file)

    @property
    def variables(self) -> Mapping[str, str]:
        return {"LD_PRELOAD": str(self._library), "CHAOS_CLOCK": str(self._file)}

    def shift(self, seconds: float) -> None:
        """In place: processes have the file in their memory."""
        with self._file.open("r+b") as file:
            file.write(struct.pack("d", seconds))


class Jumped(Fault):
    """All our processes' clocks jump, ahead or back, and again when it is healed. Proof: the time that the API says."""

    kind = "jump"
    hold_seconds = (4.0, 10.0)

    def __init__(self, clock: Clock, api: Part, random: Random) -> None:
        super().__init__("clocks")
        self._clock = clock
        self._url = f"http://{HOST}:{api.port}/healthz"
        self._random = random

    async def begin(self) -> None:
        seconds = self._random.choice((-1, 1)) * self._random.uniform(*JUMP_SECONDS)
        self._clock.shift(seconds)
        await asyncio.sleep(1.0)  # the API's server looks at its clock once a second
        try:
            async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as http:
                shown = parsedate_to_datetime((await http.get(self._url)).headers["Date"]).timestamp()
        except (httpx.HTTPError, KeyError) as away:
            raise StackFault(f"nobody says what time it is: {away!r}") from away
        self.proofs += abs(shown - time.time() - seconds) < abs(seconds) / 2

    async def heal(self) -> None:
        self._clock.shift(0.0)
