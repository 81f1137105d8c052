"""The reference pages, from the documents that stand beside them: `asyncapi.json`, `openapi.json`, `schemas/`. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.site.fields import section, words

Json = Mapping[str, Any]  # a document, or a piece of one
SOCKET, HTTP, TOPICS = "socket.md", "http.md", "topics.md"
_MADE = "An asterisk marks a field that is always there. Made from [{name}]({path}), which machines read.\n"
_TOPICS = """\
What stands in Kafka, for those who read it with their own tools. Values are UTF-8 JSON, one a record, told apart by
`type`; an asterisk marks a field that is always there. Made from `schemas/topics.py` and the JSON Schemas that stand
beside each topic, for machines. What people write is sealed: see [Security](../security.md).
"""
_TYPES_NAMED = 3
_METHODS = ("get", "post", "put", "patch", "delete")


def socket(document: Json) -> str:
    """All frames, both ways."""
    schemas, channel = document["components"]["schemas"], document["channels"]["socket"]
    sent, received = (_frames(document, name) for name in ("receiveFromClient", "sendToClient"))
    others = [name for name in schemas if name not in {*sent, *received}]
    parts = (
        "# The socket: all frames\n",
        document["info"]["description"] + "\n",
        _MADE.format(name="asyncapi.json", path="../asyncapi.json"),
        channel["description"] + "\n",
        "## From the client\n",
        *(section(name, schemas[name]) for name in sent),
        "## From the server\n",
        *(section(name, schemas[name]) for name in received),
        "## Parts of frames\n",
        *(section(name, schemas[name]) for name in others),
    )
    return _joined(parts)


def _frames(document: Json, operation: str) -> list[str]:
    return [message["$ref"].rpartition("/")[2] for message in document["operations"][operation]["messages"]]


def http(document: Json) -> str:
    """All calls, and what their bodies are."""
    parts = (
        "# HTTP: all calls\n",
        document["info"]["description"] + "\n",
        _MADE.format(name="openapi.json", path="../openapi.json"),
        "| call | | answers |\n| --- | --- | --- |\n" + "".join(_calls(document["paths"])),
        "## Bodies\n",
        *(section(name, schema) for name, schema in sorted(document["components"]["schemas"].items())),
    )
    return _joined(parts)


def _calls(paths: Json) -> Iterator[str]:
    for path, operations in paths.items():
        for method in _METHODS:
            if method in operations:
                operation = operations[method]
                says = ". ".join(filter(None, (operation["summary"], operation.get("description"))))
                is_open = "" if "security" in operation else " (open)"
                cells = (f"`{method.upper()} {path}`{is_open}", _cell(says) + _taken(operation), _answers(operation))
                yield f"| {' | '.join(cells)} |\n"


def _taken(operation: Json) -> str:
    schema = _schema(operation.get("requestBody", {}))
    return f" Takes {_briefly(schema)}." if schema else ""


def _answers(operation: Json) -> str:
    """Each status; of those that succeed, with what."""
    found = []
    for status, response in operation["responses"].items():
        schema = _schema(response) if status < "300" else None
        found.append(f"{status} {_briefly(schema)}" if schema else status)
    return ", ".join(found)


def _briefly(schema: Json) -> str:
    """Where it is one of many types, how many."""
    several = schema.get("anyOf", ())
    return f"one of [{len(several)} bodies](#bodies)" if len(several) > _TYPES_NAMED else words(schema)


def _schema(body: Json) -> Json | None:
    schema: Json | None = body.get("content", {}).get("application/json", {}).get("schema")
    return schema


def topics(rows: Sequence[tuple[str, str, int, str]], schemas: Mapping[str, Json]) -> str:
    """`rows`: name, key, partitions and retention of each topic; `schemas` by the topic's name."""
    table = "\n".join(f"| [{name}](#{_anchor(name)}) | {key} | {count} | {kept} |" for name, key, count, kept in rows)
    parts = (
        "# The topics of the log\n",
        _TOPICS,
        f"| topic | key | partitions | kept |\n| --- | --- | --- | --- |\n{table}\n",
        *(part for name, *_ in rows for part in _topic(name, schemas[name])),
    )
    return _joined(parts)


def _topic(name: str, schema: Json) -> Iterator[str]:
    yield f"## {name}\n"
    yield f"[{name}.json](../schemas/{name}.json)\n"
    for value, inner in schema["$defs"].items():
        yield section(value, inner)


def _anchor(name: str) -> str:
    return name.replace(".", "")


def _cell(text: str) -> str:
    said = " ".join(text.split()).replace("|", "\\|")
    return said if said.endswith(".") else f"{said}."


def _joined(parts: Sequence[str]) -> str:
    return "\n".join(parts)
