"""The OpenAPI document: FastAPI's own, with msgspec's types and the problems added."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

import msgspec
from fastapi import FastAPI
from msgspec import Struct

from api.problems import MEDIA_TYPE, STATUSES, TITLES
from api.results import Conversation, ConversationPage, MessageInfo, TimelinePage
from schemas import frames
from schemas.finished import FINISHED, components

DESCRIPTION = """Accounts, history and commands over HTTP; the live line is a WebSocket at `/v1/socket`.

Errors are `application/problem+json` (RFC 9457) with a stable `code`.
Times are RFC 3339 in UTC, ids canonical UUIDs.
Unknown fields in requests are refused; unknown fields in answers are to be ignored."""

Json = dict[str, Any]  # a piece of the document
_REF = "#/components/schemas/{name}"
_TYPES = (
    ConversationPage,
    Conversation,
    TimelinePage,
    MessageInfo,
    *get_args(frames.AnyTimelineFrame),
    *get_args(frames.AnyKeyedFrame),
)
_FINISHED: Mapping[tuple[type[Struct], str], Any] = {
    **FINISHED,
    (TimelinePage, "events"): tuple[frames.AnyTimelineFrame, ...],
    (Conversation, "head_message"): frames.MessageSent | None,
}


class ProblemBody(Struct, rename={"kind": "type"}):
    """RFC 9457. `code` is stable; a refused command's is the reason, and its ids stand beside it."""

    kind: str
    title: str
    status: int
    code: str
    detail: str | None = None
    client_id: str | None = None
    conversation_id: str | None = None


def described(status: int, type_: Any, description: str = "Done") -> dict[int | str, Json]:
    """A route's response of a msgspec type, or of one of several."""
    return {status: {"description": description, "content": {"application/json": {"schema": _ref(type_)}}}}


def taken(type_: Any) -> Json:
    """A route's request body of a msgspec type, or of one of several."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": _whole(type_)}}}}


def refused(*statuses: int) -> dict[int | str, Json]:
    """Problems that are a route's own, besides those that every call like it may meet."""
    return {status: {} for status in statuses}


def install(app: FastAPI) -> None:
    generate = app.openapi

    def openapi() -> Json:
        if app.openapi_schema is None:
            _complete(generate())
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own documented way


def _complete(document: Json) -> None:
    """Complete the document in place."""
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas |= components((*_TYPES, ProblemBody), _REF, _FINISHED)
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _add_problems(path, operation)


def _add_problems(path: str, operation: Json) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    for status in sorted({int(known) for known in responses if known != "default"} | set(_problems(path, operation))):
        if status >= 400 and not responses.get(str(status), {}).get("content"):
            responses[str(status)] = _problem(status)
    operation["responses"] = dict(sorted(responses.items()))


def _problems(path: str, operation: Json) -> Iterator[int]:
    if not path.startswith("/v1/"):
        return
    yield 503
    if "security" in operation:
        yield 401
    else:
        yield 429
    if "{" in path:
        yield 404
    if "requestBody" in operation:
        yield from (400, 413, 415, 422)
    if any(one["in"] == "query" for one in operation.get("parameters", ())):
        yield from (400, 422)


def _problem(status: int) -> Json:
    title = next(TITLES[code] for code, known in STATUSES.items() if known == status)
    answer: Json = {"description": title, "content": {MEDIA_TYPE: {"schema": _ref(ProblemBody)}}}
    if status in (429, 503):
        answer["headers"] = {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}}
    return answer


def _ref(type_: Any) -> Json:
    if alternatives := get_args(type_):
        return {"anyOf": [_ref(one) for one in alternatives]}
    return {"$ref": _REF.format(name=type_.__name__)}


def _whole(type_: Any) -> Json:
    """A request's schema: by reference if the document has it, else written out."""
    if get_args(type_) or type_ in _TYPES:
        return _ref(type_)
    schema: Json = msgspec.json.schema(type_, ref_template=_REF)
    return schema["$defs"][type_.__name__] if "$defs" in schema else schema
