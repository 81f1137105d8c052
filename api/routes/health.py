"""Health: whether the process lives, and whether it can do its work."""

from fastapi import APIRouter, Request, Response

from api import models
from api.problems import RETRY_SECONDS
from api.services import Services

router = APIRouter(tags=["health"])
WAITING = models.Ready(status="waiting for the stores", stores={})


@router.get("/healthz", summary="Whether the process lives")
async def get_health() -> models.Health:
    return models.Health(status="ok")


@router.get("/readyz", summary="Whether all stores answer", responses={503: {"model": models.Ready}})
async def get_readiness(request: Request, response: Response) -> models.Ready:
    use: Services | None = request.app.state.services
    stores = await use.readiness.stores() if use is not None else {}
    if stores and all(stores.values()) and use is not None and use.answers.is_open:
        return models.Ready(status="ok", stores=dict(stores))
    response.status_code = 503
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return models.Ready(status="unavailable", stores=dict(stores)) if stores else WAITING
