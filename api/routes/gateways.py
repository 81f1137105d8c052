"""Gateways: those that live, for clients that connect to one directly."""

from fastapi import APIRouter

from api import models
from api.authentication import SIGNED_IN, Use

router = APIRouter(prefix="/v1/gateways", tags=["gateways"])


@router.get("", summary="List the gateways that live", dependencies=[SIGNED_IN])
async def list_gateways(use: Use) -> models.Gateways:
    found = await use.gateways.all()
    return models.Gateways(gateways=[models.Gateway(url=one.url, connections=one.connections) for one in found])
