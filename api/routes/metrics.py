"""Metrics for Prometheus, which asks each process itself: the balancer lets nobody else ask."""

from fastapi import APIRouter, Response

from infra.telemetry.exposition import CONTENT_TYPE, PATH, exposition

router = APIRouter()


@router.get(PATH, include_in_schema=False)
async def get_metrics() -> Response:
    return Response(exposition(), headers={"Content-Type": CONTENT_TYPE})
