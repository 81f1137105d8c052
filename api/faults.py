"""Faults to problems: one handler for each kind of exception that a request can end with."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.problems import Problem, unavailable
from infra.stores.faults import StoreUnavailable
from infra.stores.views import IncompleteView
from schemas.parsing import MalformedFrame

log = logging.getLogger(__name__)

# Pydantic's names of what is wrong with the shape; all else is a value that is not allowed.
_SHAPE_ENDINGS = ("_type", "_parsing", "_parsing_size", "_from_float")
_SHAPE_NAMES = {"missing", "extra_forbidden", "json_invalid", "none_required", "value_error.jsondecode"}
_CODES = {400: "malformed", 404: "not-found", 405: "method-not-allowed"}


def install(app: FastAPI) -> None:
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(StoreUnavailable, _store_unavailable)
    app.add_exception_handler(IncompleteView, _incomplete_view)
    app.add_exception_handler(MalformedFrame, _malformed_frame)
    app.add_exception_handler(Exception, _internal)


def problem_of(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """What validation found, as one problem. A wrong path leads nowhere; shape comes before values."""
    if any(error["loc"][:1] == ("path",) for error in errors):
        return Problem("not-found")
    malformed = [error for error in errors if _is_shape(error["type"])]
    return Problem("malformed" if malformed else "invalid", "; ".join(_said(error) for error in malformed or errors))


def _is_shape(kind: str) -> bool:
    return kind in _SHAPE_NAMES or kind.endswith(_SHAPE_ENDINGS)


def _said(error: Mapping[str, Any]) -> str:
    """Never with the input itself: it may be a password."""
    return f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}"


async def _problem(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return problem.response()


async def _validation(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)
    return problem_of(fault.errors()).response()


async def _http(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    return Problem(_CODES.get(fault.status_code, "malformed"), headers=fault.headers).response()


async def _store_unavailable(request: Request, fault: Exception) -> Response:
    log.warning("%s %s: %s", request.method, request.url.path, fault)
    return unavailable("a store is away").response()


async def _incomplete_view(request: Request, fault: Exception) -> Response:
    log.error("%s %s: %s", request.method, request.url.path, fault)
    return unavailable("this part of the history is not readable for the moment").response()


async def _malformed_frame(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, MalformedFrame)
    extensions = {} if fault.client_id is None else {"client_id": fault.client_id}
    return Problem("malformed", fault.detail, extensions=extensions).response()


async def _internal(_: Request, __: Exception) -> Response:
    return Problem("internal").response()  # uvicorn logs the traceback
