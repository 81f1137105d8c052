"""`python -m schemas.export docs` writes `asyncapi.json`, the socket's document, and `schemas/`: one JSON Schema per
topic, for those who read the log with their own tools.

The schemas that stand there already are what readers rely on: one that breaks them is refused (schemas.compatibility).
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from schemas import asyncapi
from schemas.codec import json_schema
from schemas.compatibility import breaks
from schemas.topics import TOPICS, Topic

SCHEMAS, ASYNCAPI = "schemas", "asyncapi.json"
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def file_name(topic: Topic) -> str:
    return f"{topic.name}.json"


def export(topic: Topic) -> bytes:
    """The schema of a topic's values, always the same bytes for the same types."""
    head = {
        "$schema": DRAFT,
        "title": topic.name,
        "description": f"Values of the topic {topic.name}, keyed by {topic.key}.",
    }
    schema = head | json_schema(topic.values)
    return msgspec.json.format(msgspec.json.encode(schema, order="sorted"), indent=2) + b"\n"


def exports() -> Mapping[str, bytes]:
    """All schemas by the names of their files."""
    return {file_name(topic): export(topic) for topic in TOPICS}


def broken(folder: Path) -> list[str]:
    """What the types of today would break for those who rely on the schemas in a folder of documents."""
    today = exports()
    return [
        f"{path.name}: {fault}"
        for path in sorted((folder / SCHEMAS).glob("*.json"))
        for fault in (
            breaks(msgspec.json.decode(path.read_bytes()), msgspec.json.decode(today[path.name]))
            if path.name in today
            else ["the topic is gone"]
        )
    ]


def main(arguments: list[str]) -> int:
    """Write the documents; 1 if they break what stands there, which is then left as it is."""
    folder = Path(arguments[0])
    if faults := broken(folder):
        print(*faults, sep="\n", file=sys.stderr)  # noqa: T201 — a program's answer
        return 1
    (folder / SCHEMAS).mkdir(parents=True, exist_ok=True)
    for name, content in exports().items():
        (folder / SCHEMAS / name).write_bytes(content)
    (folder / ASYNCAPI).write_bytes(asyncapi.encoded())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
