"""`python -m infra.site` writes the reference pages, from what `schemas.export` and `api.export` have written."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from infra.local.places import ROOT
from infra.site import pages
from schemas.topics import DAY_MS, HOUR_MS, TOPICS

DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"


def generated() -> Mapping[Path, str]:
    """All pages with their contents."""
    schemas = {topic.name: _read(DOCS / "schemas" / f"{topic.name}.json") for topic in TOPICS}
    rows = [(topic.name, topic.key, topic.partitions, _kept(topic.retention_ms)) for topic in TOPICS]
    return {
        REFERENCE / pages.SOCKET: pages.socket(_read(DOCS / "asyncapi.json")),
        REFERENCE / pages.HTTP: pages.http(_read(DOCS / "openapi.json")),
        REFERENCE / pages.TOPICS: pages.topics(rows, schemas),
    }


def _read(path: Path) -> Any:
    return msgspec.json.decode(path.read_bytes())


def _kept(milliseconds: int) -> str:
    if milliseconds < 0:
        return "for ever"
    days, hours = milliseconds // DAY_MS, milliseconds // HOUR_MS
    return f"{days} day{'s' * (days > 1)}" if days else f"{hours} hour{'s' * (hours > 1)}"


def main() -> int:
    for path, content in generated().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    return 0


if __name__ == "__main__":
    sys.exit(main())
