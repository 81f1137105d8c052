"""`/v1/asyncapi.json`: what the socket speaks, beside `/v1/openapi.json`."""

from fastapi import APIRouter, Response

from schemas import asyncapi

router = APIRouter()


@router.get("/v1/asyncapi.json", include_in_schema=False)
async def get_asyncapi() -> Response:
    return Response(asyncapi.encoded(), media_type="application/json")
