"""`python -m api.export docs` writes `openapi.json`, the document that the API serves."""

import sys
from pathlib import Path

import msgspec

from api.app import create_app
from api.settings import ApiSettings

OPENAPI = "openapi.json"


def encoded() -> bytes:
    """Always the same bytes for the same routes and types."""
    app = create_app(ApiSettings(), on_fault=lambda: None)
    return msgspec.json.format(msgspec.json.encode(app.openapi(), order="sorted"), indent=2) + b"\n"


def main(arguments: list[str]) -> int:
    Path(arguments[0], OPENAPI).write_bytes(encoded())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
