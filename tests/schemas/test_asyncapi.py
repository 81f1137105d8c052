"""The socket's document: AsyncAPI's own parser finds no fault in it, and every frame of the types is as it says."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import given

from schemas import asyncapi, frames
from schemas.close_codes import CLOSE_CODES, CloseCode
from tests import strategies
from tests.documented import Documented
from tests.schemas import asyncapi_parser

DOCUMENT = asyncapi.document()
JUDGE = Documented(DOCUMENT)
SCHEMAS = DOCUMENT["components"]["schemas"]
CLIENT, SERVER = get_args(frames.AnyClientFrame), get_args(frames.AnyServerFrame)
NAMES = [frame.__name__ for frame in (*CLIENT, *SERVER)]


@pytest.fixture(scope="module")
def parser() -> None:
    asyncapi_parser.install()


def references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def names_in(schema: dict[str, Any]) -> set[str]:
    return {reference.rpartition("/")[2] for reference in references(schema)}


def faults_of(frame: Any) -> list[str]:
    JUDGE.look(frame)
    faults, JUDGE.faults[:] = list(JUDGE.faults), []
    return faults


@pytest.mark.usefixtures("parser")
@pytest.mark.timeout(400)
class TestParser:
    def test_finds_no_fault(self) -> None:
        assert [] == asyncapi_parser.diagnostics(asyncapi.encoded())

    @pytest.mark.parametrize(
        ("right", "wrong", "found"),
        [
            (b'"action": "send"', b'"action": "shout"', "operations.sendToClient.action"),
            (b"#/components/schemas/Watermark", b"#/components/schemas/Nothing", "Nothing' does not exist"),
            (b'"type": "boolean"', b'"type": "yes"', "is_deleted.type"),
            (b"#/channels/socket", b"#/channels/nowhere", "error: operations"),
        ],
    )
    def test_finds_a_planted_one(self, right: bytes, wrong: bytes, found: str) -> None:
        assert right in asyncapi.encoded()
        lines = asyncapi_parser.diagnostics(asyncapi.encoded().replace(right, wrong))
        assert any(line.startswith("error: ") and found in line for line in lines), lines


class TestDocument:
    def test_has_every_frame_in_its_direction(self) -> None:
        operations = DOCUMENT["operations"]
        for operation, expected in (("receiveFromClient", CLIENT), ("sendToClient", SERVER)):
            found = [message["$ref"].rpartition("/")[2] for message in operations[operation]["messages"]]
            assert [frame.__name__ for frame in expected] == found

    @pytest.mark.parametrize("name", NAMES)
    def test_has_the_payload_of_every_message(self, name: str) -> None:
        assert {"$ref": f"#/components/schemas/{name}"} == DOCUMENT["components"]["messages"][name]["payload"]
        assert {"enum": [name]} == SCHEMAS[name]["properties"]["type"]

    def test_every_reference_leads_somewhere(self) -> None:
        for reference in references(DOCUMENT):
            place: Any = DOCUMENT
            for step in reference.removeprefix("#/").split("/"):
                place = place[step]

    def test_every_schema_is_used(self) -> None:
        assert SCHEMAS.keys() == names_in(DOCUMENT) & SCHEMAS.keys()

    def test_is_always_the_same(self) -> None:
        program = "import sys; from schemas.asyncapi import encoded; sys.stdout.buffer.write(encoded())"
        for seed in ("1", "2"):
            elsewhere = {**os.environ, "PYTHONHASHSEED": seed}
            done = subprocess.run([sys.executable, "-c", program], env=elsewhere, capture_output=True, check=True)
            assert asyncapi.encoded() == done.stdout

    def test_has_every_close_code_of_the_gateways(self) -> None:
        codes = {value for name, value in vars(CloseCode).items() if name.isupper()}
        assert codes == CLOSE_CODES.keys()
        assert {str(code) for code in codes} == DOCUMENT["channels"]["socket"]["x-close-codes"].keys()

    @pytest.mark.parametrize(("code", "may_return"), [(1009, False), (4000, True), (4004, True), (4500, False)])
    def test_says_after_which_of_them_one_reconnects(self, code: int, *, may_return: bool) -> None:
        assert may_return == DOCUMENT["channels"]["socket"]["x-close-codes"][str(code)]["reconnect"]


class TestFinishedJson:
    def test_a_body_is_a_body_or_null(self) -> None:
        for name in ("MessageSent", "MessageEdited"):
            assert {"Text", "Media"} == names_in(SCHEMAS[name]["properties"]["body"])

    def test_a_head_message_is_a_message_or_null(self) -> None:
        assert {"MessageSent"} == names_in(SCHEMAS["ConversationSummary"]["properties"]["head_message"])

    def test_what_was_missed_are_events_of_the_timeline(self) -> None:
        expected = {frame.__name__ for frame in get_args(frames.AnyTimelineFrame)}
        assert expected == names_in(SCHEMAS["CaughtUp"]["properties"]["events"])


class TestFields:
    @pytest.mark.parametrize("name", ["client_id", "member_ids", "edited_at", "is_deleted", "reactions"])
    def test_that_may_be_missing_are_not_required(self, name: str) -> None:
        assert name in SCHEMAS["MessageSent"]["properties"]
        assert name not in SCHEMAS["MessageSent"]["required"]

    @pytest.mark.parametrize("name", ["body", "reply_to", "mentions", "sent_at"])
    def test_that_may_be_null_are(self, name: str) -> None:
        assert name in SCHEMAS["MessageSent"]["required"]

    @pytest.mark.parametrize("frame", CLIENT, ids=lambda frame: frame.__name__)
    def test_unknown_ones_are_refused_from_clients_only(self, frame: type) -> None:
        assert SCHEMAS[frame.__name__]["additionalProperties"] is False
        assert "additionalProperties" not in SCHEMAS["Welcome"]


class TestFrames:
    @given(strategies.server_frames)
    def test_of_the_server_are_as_documented(self, frame: frames.AnyServerFrame) -> None:
        assert [] == faults_of(json.loads(frames.encode(frame)))

    @given(strategies.client_frames)
    def test_of_clients_are_as_documented(self, frame: frames.AnyClientFrame) -> None:
        assert JUDGE.fault_of_client_frame(frames.encode(frame)) is None

    @pytest.mark.parametrize(
        "frame",
        [
            {"type": "Synced"},
            {"type": "Synced", "recovered": "yes"},
            {"type": "Synced", "recovered": True, "more": 1},
            {"type": "Hello", "ticket": "t"},
            {"type": "Unheard"},
            {"recovered": True},
            [],
            {"type": "CaughtUp", "conversation_id": "c", "events": [], "watermarks": [], "head_seq": 1},
        ],
    )
    def test_of_another_form_are_not(self, frame: object) -> None:
        assert 1 == len(faults_of(frame))

    def test_a_fault_deep_inside_is_found(self) -> None:
        id_ = "c0000000-0000-8000-8000-000000000001"
        event = {"type": "MessageDeleted", "conversation_id": id_, "seq": 1, "actor_id": id_, "message_id": id_}
        caught_up = {"type": "CaughtUp", "conversation_id": id_, "events": [event], "watermarks": [], "head_seq": 1}
        assert 1 == len(faults_of(caught_up))
        event["at"] = "2026-11-24T13:00:00.000Z"
        assert [] == faults_of(caught_up)
