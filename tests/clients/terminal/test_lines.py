"""What a person types, as values."""

import pytest

from clients.terminal.lines import HELP, ORDERS, Line, Order, Unclear, Write, parse


class TestParse:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("hello\n", Write("hello")),
            ("  indented ", Write("  indented ")),
            ("//path", Write("/path")),
            ("/open bob", Order("open", "bob")),
            ("/open @bob\n", Order("open", "@bob")),
            ("/q", Order("quit")),
            ("/MORE", Order("more")),
            ("/who", Order("members")),
            ("/edit 12  two  words ", Order("edit", "12  two  words")),
            ("/react ^ 👍", Order("react", "^ 👍")),
            ("/presence", Order("presence")),
            ("", None),
            ("  \n", None),
        ],
    )
    def test_understood(self, text: str, expected: Line | None) -> None:
        assert expected == parse(text)

    @pytest.mark.parametrize("text", ["/open", "/dance", "/quit now", "/", "/edit", "/leave now"])
    def test_unclear(self, text: str) -> None:
        assert isinstance(parse(text), Unclear)


class TestHelp:
    def test_lists_every_order(self) -> None:
        assert [] == [name for name in ORDERS if f"/{name} " not in HELP]
