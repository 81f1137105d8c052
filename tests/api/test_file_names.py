"""Names of uploaded files: what is left of those that would do harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.file_names import NAME_BYTES_MAX, harmless


class TestHarmless:
    @pytest.mark.parametrize("name", ["plan.pdf", "Grüße 👋.txt", "two words.tar.gz", "no-extension", "日本語.png"])
    def test_kept(self, name: str) -> None:
        assert name == harmless(name)

    @pytest.mark.parametrize(
        ("name", "left"),
        [
            ("../../etc/passwd", "passwd"),
            ("/etc/passwd", "passwd"),
            ("C:\\Windows\\system32\\cmd.exe", "cmd.exe"),
            ("..\\..\\x.png", "x.png"),
            ("a\nb\r\n.png", "ab.png"),
            ("a\x1b[2Jb.png", "a[2Jb.png"),
            ("cod\u202efdp.exe", "codfdp.exe"),
            ("zero\u200bwidth.png", "zerowidth.png"),
            (" .hidden ", "hidden"),
            ('what"is<this>|?*.png', "whatisthis.png"),
            ("cafe\u0301.png", "caf\u00e9.png"),
        ],
    )
    def test_made_so(self, name: str, left: str) -> None:
        assert left == harmless(name)

    @pytest.mark.parametrize("name", [None, "", "...", "/", "\u202e", "a/", "  "])
    def test_nothing_left(self, name: str | None) -> None:
        assert harmless(name) is None

    def test_long_ones_keep_what_says_what_opens_them(self) -> None:
        name = harmless("ü" * 500 + ".pdf")
        assert name is not None
        assert name.endswith("ü.pdf")

    @given(st.text(max_size=600))
    def test_any_is_short_and_no_path(self, name: str) -> None:
        left = harmless(name)
        assert left is None or (len(left.encode()) <= NAME_BYTES_MAX and not set(left) & set("/\\\0\n\r"))
        assert left is None or left not in {"", ".", ".."}
