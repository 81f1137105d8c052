"""The application: its routes, and its life from connecting to the stores until they are closed.

It serves at once; until the stores are there, it answers 503 `unavailable`, also to `/readyz`.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api import chores, faults, openapi
from api.background import Background
from api.bodies import BodyGate
from api.observing import Observing
from api.routes import (
    accounts,
    asyncapi,
    blocks,
    commands,
    conversations,
    devices,
    front,
    gateways,
    health,
    media,
    messages,
    metrics,
    receipts,
    sessions,
    tickets,
    users,
)
from api.services import Services, connect
from api.settings import ApiSettings

ROUTERS = (
    accounts.router,
    sessions.router,
    devices.router,
    tickets.router,
    users.router,
    gateways.router,
    blocks.router,
    conversations.router,
    messages.router,
    receipts.router,
    commands.router,
    media.router,
    health.router,
    metrics.router,
    front.router,
    asyncapi.router,
)


def create_app(settings: ApiSettings, on_fault: Callable[[], None]) -> FastAPI:
    """`on_fault` is called when work in the background fails: the process should end."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        background = Background(on_fault)
        background.start(_serve(app, settings, background), "connecting to the stores")
        yield
        await background.stop()
        services: Services | None = app.state.services
        if services is not None:
            await services.close()

    app = FastAPI(
        title="Backchannel",
        version="1",
        description=openapi.DESCRIPTION,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.services = None
    faults.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(BodyGate)
    app.add_middleware(Observing)  # the outermost: it sees what the others answer, too
    openapi.install(app)
    return app


async def _serve(app: FastAPI, settings: ApiSettings, background: Background) -> None:
    services = await connect(settings)
    background.start(services.answers.run(), "receiving answers")
    background.start(chores.announce_accounts(services), "announcing accounts")
    background.start(services.forgetting.run(), "forgetting who was erased")
    background.start(chores.expire_devices(services), "expiring devices")
    background.start(chores.collect_media_garbage(services), "collecting garbage of media")
    for work in services.limits.works():
        background.start(work, "settling limits")
    app.state.services = services
