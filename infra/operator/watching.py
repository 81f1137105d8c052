"""What `backchannel top` does: looks at all processes again and again, and shows what there is to see."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

import httpx
import msgspec
import typer
from rich.console import Console
from rich.live import Live

from infra.local.settings import LocalSettings
from infra.local.targets import targets
from infra.operator.glance import Glance, glance
from infra.operator.running import FAILED, run
from infra.operator.scraping import Scrape, scrape
from infra.operator.screen import screen


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to ask (empty: the local stack), how often, and over what time."""

    targets: Sequence[str]
    interval_seconds: float
    window_seconds: float

    def addresses(self) -> Mapping[str, str]:
        """By name. Raises typer.BadParameter."""
        return dict(_named(one) for one in self.targets) if self.targets else targets(LocalSettings())


def _named(target: str) -> tuple[str, str]:
    name, has_name, address = target.rpartition("=")
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or (has_name and not name):
        raise typer.BadParameter(f"{target!r} is no HOST:PORT, with or without NAME= before it")
    return name or address, address


def watch(asked: Asked, *, once: bool, as_json: bool) -> None:
    """Until interrupted, or once. Ends with 1 if a process was down at the one look."""
    addresses = asked.addresses()
    console = Console(highlight=False)

    async def work() -> None:
        if once:
            seen = await anext(aiter(_looks(addresses, asked)))
            _print(seen, console, as_json=as_json)
            if seen.down:
                raise typer.Exit(FAILED)
        elif as_json or not console.is_terminal:
            async for seen in _looks(addresses, asked):
                _print(seen, console, as_json=as_json)
        else:
            with Live(console=console, screen=True, auto_refresh=False) as live:
                async for seen in _looks(addresses, asked):
                    live.update(screen(seen), refresh=True)

    run(work)


def _print(seen: Glance, console: Console, *, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode(seen))
    else:
        console.print(screen(seen))


async def _looks(addresses: Mapping[str, str], asked: Asked) -> AsyncIterator[Glance]:
    """Look after look, each compared with the oldest within the window. The first comes after one interval."""
    async with httpx.AsyncClient() as http:
        kept: deque[Sequence[Scrape]] = deque([await scrape(http, addresses)])
        while True:
            await asyncio.sleep(asked.interval_seconds)
            now = await scrape(http, addresses)
            yield glance(kept[0], now, wall_seconds=time.time())
            kept.append(now)
            while len(kept) > 1 and now[0].at - kept[0][0].at >= asked.window_seconds:
                kept.popleft()
