"""The reference pages, and the document that they are made from, are today's."""

from pathlib import Path

import pytest

from api.export import OPENAPI, encoded
from infra.site.__main__ import DOCS, generated

PAGES = generated()


class TestPages:
    @pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
    def test_are_current(self, path: Path) -> None:
        assert PAGES[path] == path.read_text(), "run: python -m infra.site"

    def test_none_is_left_over(self) -> None:
        assert set(PAGES) == set((DOCS / "reference").iterdir())


class TestOpenApi:
    def test_is_current(self) -> None:
        assert encoded() == (DOCS / OPENAPI).read_bytes(), "run: python -m api.export docs"
