"""What a person types, as values."""

import pytest

from clients.terminal.lines import Line, Open, Order, Unclear, Write, parse


class TestParse:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("hello\n", Write("hello")),
            ("  indented ", Write("  indented ")),
            ("//path", Write("/path")),
            ("/open bob", Open("bob")),
            ("/open @bob\n", Open("bob")),
            ("/q", Order("quit")),
            ("/MORE", Order("more")),
            ("", None),
            ("  \n", None),
        ],
    )
    def test_understood(self, text: str, expected: Line | None) -> None:
        assert expected == parse(text)

    @pytest.mark.parametrize("text", ["/open", "/dance", "/quit now", "/"])
    def test_unclear(self, text: str) -> None:
        assert isinstance(parse(text), Unclear)
