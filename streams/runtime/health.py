"""`/healthz`, `/readyz` and `/metrics` of a process of agents, on the loopback interface only."""

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from infra.telemetry.exposition import CONTENT_TYPE, PATH, exposition
from streams.runtime.agents import Running
from streams.runtime.observing import show_standings


async def serve(
    running: Sequence[Running], host: str, port: int, *, opening: Sequence[str] = ()
) -> Callable[[], Awaitable[None]]:
    """Serve until the returned coroutine function is called. `opening`: what is still to be begun."""

    async def healthz(_: web.Request) -> web.Response:
        stuck = [one.agent.group for one in running if one.progress.is_stuck()]
        return web.json_response({"stuck": stuck}, status=503 if stuck else 200)

    async def readyz(_: web.Request) -> web.Response:
        waiting = [*opening, *(one.agent.group for one in running if not one.is_ready)]
        return web.json_response({"waiting_for": waiting}, status=503 if waiting else 200)

    async def metrics(_: web.Request) -> web.Response:
        show_standings(running)
        return web.Response(body=exposition(), headers={"Content-Type": CONTENT_TYPE})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get(PATH, metrics)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner.cleanup
