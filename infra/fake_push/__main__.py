"""`python -m infra.fake_push`: serve FCM, APNs and the controls until SIGTERM. Never for production."""

import asyncio
import logging
import signal
from pathlib import Path

import msgspec
import uvloop
from aiohttp import web

from infra.fake_push import apns, control
from infra.fake_push.devices import Devices, Journaled
from infra.fake_push.fcm import CLOSING, Fcm
from infra.fake_push.keys import make_keys
from infra.fake_push.settings import FakePushSettings


async def serve(settings: FakePushSettings) -> None:
    closing = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, closing.set)
    keys = make_keys(settings.keys, f"{settings.url}/token")
    devices = Devices(lambda push: append(settings.journal, push))
    app = web.Application()
    app[CLOSING] = closing  # ends those who hang
    app.add_routes([*Fcm(devices, keys).routes(), *control.routes(devices), web.get("/readyz", _ready)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, settings.host, settings.port).start()
    apple = await apns.serve(devices, keys, settings.host, settings.apns_port)
    await closing.wait()
    apple.close()
    await runner.cleanup()


def append(journal: Path | None, push: Journaled) -> None:
    """One line more, if there is a journal."""
    if journal is not None:
        with journal.open("ab") as file:
            file.write(msgspec.json.encode(push) + b"\n")


async def _ready(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    uvloop.run(serve(FakePushSettings()))


if __name__ == "__main__":
    main()
