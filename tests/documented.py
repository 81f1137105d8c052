"""The socket's document, `docs/asyncapi.json`, to which every frame that a test sees is held.

It lets servers say more than it knows; the server of today must not, so here nothing unknown is allowed.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema

PATH = Path(__file__).parents[1] / "docs" / "asyncapi.json"
EXCERPT_CHARACTERS = 2_000


class Documented:
    """A document ready to judge frames; faults are gathered, for a test to look at when it ends."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.seen = 0
        self.faults: list[str] = []
        self._operations = document["operations"]
        self._schemas = {name: _closed(schema) for name, schema in document["components"]["schemas"].items()}
        self._judge = cache(self._compiled)

    def see(self, raw: bytes) -> None:
        """A frame from the server."""
        self.look(json.loads(raw))

    def look(self, frame: Any) -> None:
        """The same, or an event over HTTP, which has the same form."""
        self._keep(fault_of(frame, self._names("sendToClient"), self._judge))

    def look_at(self, name: str, value: Any) -> None:
        """A part of frames that comes alone over HTTP."""
        self._keep(_fault(self._judge(name), value))

    def fault_of_client_frame(self, raw: bytes) -> str | None:
        """What is wrong with a frame from a client."""
        return fault_of(json.loads(raw), self._names("receiveFromClient"), self._judge)

    def _keep(self, fault: str | None) -> None:
        self.seen += 1
        if fault:
            self.faults.append(fault)

    def _names(self, operation: str) -> set[str]:
        return {message["$ref"].rpartition("/")[2] for message in self._operations[operation]["messages"]}

    def _compiled(self, name: str) -> Callable[[Any], Any]:
        root = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": self._schemas}}
        judge: Callable[[Any], Any] = fastjsonschema.compile(root)
        return judge


def fault_of(frame: Any, names: set[str], judge: Callable[[str], Callable[[Any], Any]]) -> str | None:
    type_ = frame.get("type") if isinstance(frame, dict) else None
    if type_ not in names:
        return f"no such frame: {json.dumps(frame)[:EXCERPT_CHARACTERS]}"
    return _fault(judge(type_), frame)


def of_today() -> Documented:
    return Documented(json.loads(PATH.read_bytes()))


def _fault(judge: Callable[[Any], Any], value: Any) -> str | None:
    try:
        judge(value)
    except fastjsonschema.JsonSchemaValueException as broken:
        return f"{broken.message}: {json.dumps(value)[:EXCERPT_CHARACTERS]}"
    return None


def _closed(schema: Any) -> Any:
    """The schema of an object without anything that it does not name."""
    return {"additionalProperties": False, **schema} if "properties" in schema else schema
