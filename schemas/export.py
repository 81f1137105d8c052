"""`python -m schemas.export DIR`: one JSON Schema per topic, for those who read the log with their own tools.

What stands in DIR already is what readers rely on: a schema that breaks it is refused (schemas.compatibility).
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from schemas.codec import json_schema
from schemas.compatibility import breaks
from schemas.topics import TOPICS, Topic

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
    """What the types of today would break for those who rely on the schemas in a folder."""
    today = exports()
    return [
        f"{path.name}: {fault}"
        for path in sorted(folder.glob("*.json"))
        for fault in (
            breaks(msgspec.json.decode(path.read_bytes()), msgspec.json.decode(today[path.name]))
            if path.name in today
            else ["the topic is gone"]
        )
    ]


def main(arguments: list[str]) -> int:
    """Write the schemas; 1 if they break what stands there, which is then left as it is."""
    folder = Path(arguments[0])
    if faults := broken(folder):
        print(*faults, sep="\n", file=sys.stderr)  # noqa: T201 — a program's answer
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in exports().items():
        (folder / name).write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
