"""Texts by which somebody's plaintext is recognised, in whatever form it stands."""

import base64
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.operator.traces import TEXTS_MAX, Traces, traces

TEXT = 'she said "no" — twice\n'


class TestFound:
    @pytest.mark.parametrize(
        "written",
        [
            TEXT.encode(),
            msgspec.json.encode({"text": TEXT}),
            json.dumps({"text": TEXT}).encode(),
            base64.b64encode(b'{"kind":"text","text":' + TEXT.encode()),
        ],
        ids=["as it is", "JSON", "JSON in ASCII", "base64"],
    )
    def test_in_every_form(self, written: bytes) -> None:
        assert {TEXT} == traces([], [TEXT]).found(b"before" + written + b"after")

    @given(st.binary(max_size=20), st.text(min_size=12, max_size=60), st.binary(max_size=20))
    def test_inside_of_base64_wherever_it_begins(self, before: bytes, text: str, after: bytes) -> None:
        assert {text} == traces([], [text]).found(base64.b64encode(before + text.encode() + after))

    def test_not_where_it_is_not(self) -> None:
        assert set() == traces(["alice_liddell"], [TEXT]).found(b"alice she said yes")


class TestChosen:
    def test_short_ones_are_left_out_and_counted(self) -> None:
        assert Traces((), 3) == traces(["al"], ["ok", "hello"])

    def test_the_longest_of_many(self) -> None:
        texts = ["x" * length for length in range(12, 100)]
        found = traces([], texts)
        assert TEXTS_MAX == found.count
        assert texts[-TEXTS_MAX:] == sorted({text for text, _ in found.patterns}, key=len)
