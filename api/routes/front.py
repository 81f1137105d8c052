"""The web client at `/`. It is served before any store is there: it says itself what it waits for."""

from functools import cache

from fastapi import APIRouter, Request, Response

from api import page
from api.problems import Problem
from infra.stores.settings import ObjectSettings

router = APIRouter(include_in_schema=False)
_files = cache(page.load)


@cache
def _security_headers() -> dict[str, str]:
    return dict(page.security_headers(ObjectSettings()))


@router.api_route("/", methods=["GET", "HEAD"])
async def get_front(request: Request) -> Response:
    return _answer(request, page.FRONT)


@router.api_route("/assets/{name}", methods=["GET", "HEAD"])
async def get_asset(request: Request, name: str) -> Response:
    return _answer(request, f"assets/{name}")


@router.api_route("/icon.svg", methods=["GET", "HEAD"])
async def get_icon(request: Request) -> Response:
    return _answer(request, "icon.svg")


@router.api_route("/worker.js", methods=["GET", "HEAD"])
async def get_worker(request: Request) -> Response:
    return _answer(request, "worker.js")


def _answer(request: Request, name: str) -> Response:
    """The file, 304 for who has it, compressed for who can open it. Raises Problem."""
    file = _files().get(name)
    if file is None:
        raise Problem("not-found")
    headers = {
        **_security_headers(),
        "Cache-Control": file.cache_control,
        "ETag": file.etag,
        "Vary": "Accept-Encoding",
    }
    if file.etag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    is_compressed = "gzip" in request.headers.get("Accept-Encoding", "")
    if is_compressed:
        headers["Content-Encoding"] = "gzip"
    content = file.compressed if is_compressed else file.content
    return Response(content, headers=headers, media_type=file.content_type)
