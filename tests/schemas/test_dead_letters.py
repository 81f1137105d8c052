"""Dead letters keep a record's own bytes, whatever they are."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode_dead_letter, encode
from schemas.dead_letters import DeadLetter
from schemas.times import timestamp
from tests.builders import START_MS


class TestDeadLetter:
    @given(st.none() | st.binary(), st.none() | st.binary())
    def test_bytes_are_kept(self, key: bytes | None, value: bytes | None) -> None:
        letter = DeadLetter(
            topic="t", partition=1, offset=2, agent="a", cause="c", at=timestamp(START_MS), key=key, value=value
        )
        found = decode_dead_letter(encode(letter))
        assert letter == found
