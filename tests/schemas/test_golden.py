"""What was ever written is read for ever: one recorded sample of every version of every value.

A sample is never changed. A value that changes its meaning is a new version, with a sample of its own.
"""

from pathlib import Path

import msgspec
import pytest
from msgspec import Struct

from schemas import codec, envelope
from schemas.events import GroupCreated, MessageSent
from schemas.topics import TOPICS, union
from tests.builders import CONVERSATION_KEY, KEY
from tests.schemas.golden_samples import FOLDER, NAME, TEXT, Sample, path_of, sample_at

PATHS = sorted(FOLDER.glob("*.json"))
VALUES = [value for topic in TOPICS for value in topic.values]
DECODERS = {topic.name: msgspec.json.Decoder(union(topic)) for topic in TOPICS}


def decoded(sample: Sample) -> Struct:
    value = DECODERS[sample.topic].decode(sample.value_bytes)
    assert isinstance(value, Struct)
    return value


class TestGoldenSamples:
    @pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
    def test_decodes_and_encodes_to_the_same_json(self, path: Path) -> None:
        sample = sample_at(path)  # the order of fields may have changed since
        assert msgspec.json.decode(sample.value) == msgspec.json.decode(codec.encode(decoded(sample)))

    @pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
    def test_is_of_the_type_that_its_headers_name(self, path: Path) -> None:
        sample = sample_at(path)
        assert path.stem == sample.headers["ce_type"]
        assert path.stem.partition(".")[0] == type(decoded(sample)).__name__

    @pytest.mark.parametrize("value", VALUES, ids=lambda value: value.__name__)
    def test_every_value_has_one_of_its_version(self, value: type) -> None:
        path = path_of(envelope.ce_type(value))
        assert path.exists(), "record it: python -m tests.schemas.golden_samples"

    def test_has_the_headers_of_today(self) -> None:
        sample = sample_at(path_of(b"MessageSent.v1"))
        names = {"ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "traceparent", "seq"}
        assert names == sample.headers.keys()

    def test_the_seal_of_a_message_opens(self) -> None:
        event = decoded(sample_at(path_of(b"MessageSent.v1")))
        assert isinstance(event, MessageSent)
        opened = KEY.open(
            event.body,
            conversation_id=event.conversation_id,
            sender_id=event.actor_id,
            client_id=event.client_id,
        )
        assert codec.encode(TEXT) == opened

    def test_the_seal_of_a_name_opens(self) -> None:
        event = decoded(sample_at(path_of(b"GroupCreated.v1")))
        assert isinstance(event, GroupCreated)
        assert NAME == CONVERSATION_KEY.open(event.name)
