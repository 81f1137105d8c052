"""What is uploaded with bad intent or by mistake: refused for a stated reason, and nothing of it ever downloadable."""

import asyncio
import io
import signal
import zipfile
from uuid import uuid4

import pytest

from infra.local.stack import Stack
from tests.e2e import media
from tests.e2e.media import File, call
from tests.e2e.people import Person
from tests.streams.media.decoding.files import MARKUP, jpeg, photograph, pixel_bomb, script_gif, text_bomb, written

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EXECUTABLE = b"MZ\x90\0" + bytes(200)
ELF = b"\x7fELF" + bytes(200)


def unique(content: bytes) -> bytes:
    return content + str(uuid4()).encode()


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("run.exe", EXECUTABLE + str(uuid4()).encode())
    return file.getvalue()


class TestDeclared:
    @pytest.mark.parametrize(
        "changed",
        [
            {"kind": "song"},
            {"content_type": "image/svg+xml"},
            {"content_type": "text/html"},
            {"content_type": "application/x-msdownload"},
            {"content_type": "application/zip"},
            {"content_type": "video/mp4"},
            {"content_type": ""},
            {"content_type": "image/jpeg\r\nx: y"},
            {"size": 0},
            {"size": -1},
            {"sha256": "0" * 63},
            {"sha256": "Z" * 64},
            {"sha256": "0" * 64 + "\n"},
            {"file_name": "x" * 1001},
        ],
        ids=str,
    )
    async def test_refused(self, alice: Person, changed: dict[str, object]) -> None:
        status, said = await call(alice, "POST", "/v1/media", File(b"x").declared(**changed))
        assert (422, "invalid") == (status, said["code"])

    @pytest.mark.parametrize("changed", [{"size": "1"}, {"size": 1.5}, {"file_name": 7}, {"owner_id": "me"}], ids=str)
    async def test_malformed(self, alice: Person, changed: dict[str, object]) -> None:
        status, said = await call(alice, "POST", "/v1/media", File(b"x").declared(**changed))
        assert (400, "malformed") == (status, said["code"])

    @pytest.mark.parametrize(("kind", "content_type"), [("image", "image/png"), ("video", "video/mp4")])
    async def test_too_large(self, alice: Person, kind: str, content_type: str) -> None:
        said = File(b"x", content_type, kind).declared(size=100 * 10**6)
        status, problem = await call(alice, "POST", "/v1/media", said)
        assert (413, "too-large") == (status, problem["code"])


class TestUploaded:
    async def test_other_bytes_than_declared_do_not_get_in(self, alice: Person) -> None:
        content = unique(jpeg())
        opened = await media.ask(alice, File(content))

        for other in (content + b"x", content[:-1], b"", content[:-1] + b"\0"):
            assert (await media.put(opened, other)).status_code in {400, 403}
        assert 409 == (await media.complete(alice, opened["media_id"]))[0]

    async def test_far_more_than_declared_does_not_get_in(self, alice: Person) -> None:
        opened = await media.ask(alice, File(unique(b"x" * 1000), "video/mp4", "video"), size=16 * 10**6)

        assert (await media.put(opened, bytes(100 * 10**6))).status_code in {400, 403}

    @pytest.mark.parametrize(
        "changed",
        [{"key": "another"}, {"Content-Type": "text/html"}, {"x-amz-signature": "0" * 64}, {"policy": "e30="}],
        ids=lambda changed: next(iter(changed)),
    )
    async def test_a_form_that_was_tampered_with_is_refused(self, alice: Person, changed: dict[str, str]) -> None:
        content = unique(jpeg())
        opened = await media.ask(alice, File(content))

        assert 403 == (await media.put(opened, content, **changed)).status_code

    async def test_completed_without_an_upload(self, alice: Person) -> None:
        opened = await media.ask(alice, File(unique(jpeg())))

        status, said = await media.complete(alice, opened["media_id"])

        assert (409, "conflict") == (status, said["code"])


class TestContent:
    @pytest.mark.parametrize(
        ("content", "content_type", "reasons"),
        [
            (SVG, "image/png", {"type-mismatch"}),
            (MARKUP, "image/jpeg", {"type-mismatch"}),
            (EXECUTABLE, "image/png", {"type-mismatch"}),
            (ELF, "image/gif", {"type-mismatch"}),
            (b"%PDF-1.7 not a picture", "image/jpeg", {"type-mismatch"}),
            (script_gif(), "image/gif", {"undecodable", "type-mismatch"}),
            (jpeg()[:2000], "image/jpeg", {"undecodable"}),
            (jpeg(), "image/png", {"type-mismatch"}),
            (pixel_bomb(), "image/png", {"too-many-pixels"}),
            (text_bomb(), "image/png", {"undecodable", "too-many-pixels", "too-large"}),
        ],
        ids=["svg", "html", "exe", "elf", "pdf", "script-gif", "truncated", "jpeg-as-png", "pixel-bomb", "text-bomb"],
    )
    async def test_no_picture(self, alice: Person, content: bytes, content_type: str, reasons: set[str]) -> None:
        assert await media.refused(alice, File(content, content_type)) in reasons

    @pytest.mark.parametrize(
        ("content", "content_type"),
        [
            (MARKUP, "application/pdf"),
            (EXECUTABLE, "text/plain"),
            (ELF, "application/pdf"),
            (jpeg(), "text/plain"),
            (bytes(300), "text/plain"),
        ],
        ids=["html-as-pdf", "exe-as-text", "elf-as-pdf", "jpeg-as-text", "nothing-as-text"],
    )
    async def test_no_document(self, alice: Person, content: bytes, content_type: str) -> None:
        reason = await media.refused(alice, File(content, content_type, "document"))
        assert reason in {"type-mismatch", "undecodable", "unsupported"}

    async def test_no_archive_that_says_it_is_a_letter(self, alice: Person) -> None:
        content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        reason = await media.refused(alice, File(archive(), content_type, "document"))
        assert reason in {"type-mismatch", "undecodable", "unsupported"}

    async def test_of_a_polyglot_only_the_picture_is_left(self, alice: Person) -> None:
        file = File(unique(written(photograph(), "PNG") + MARKUP), "image/png")
        uploaded = await media.upload(alice, file)

        if uploaded["status"] == "ready":
            assert b"<script" not in (await media.get(uploaded["url"])).content
        else:
            assert uploaded["reason"] in {"undecodable", "type-mismatch"}


class TestStoreAway:
    async def test_waited_for_while_it_hangs(self, system: Stack, alice: Person) -> None:
        content = unique(jpeg())
        opened = await media.ask(alice, File(content))
        assert 204 == (await media.put(opened, content)).status_code
        assert 202 == (await media.complete(alice, opened["media_id"]))[0]

        system.kill("objects", signal.SIGSTOP)
        try:
            status, said = await call(alice, "POST", "/v1/media", File(unique(jpeg())).declared())
            assert (201, "pending") == (status, said["status"])
            assert (503, "unavailable") == _problem(await media.complete(alice, said["media_id"]))
            await asyncio.sleep(1)
        finally:
            system.kill("objects", signal.SIGCONT)

        assert "ready" == (await media.decided(alice, opened["media_id"]))["status"]

    async def test_waited_for_after_it_was_killed(self, system: Stack, alice: Person) -> None:
        content = unique(jpeg())
        opened = await media.ask(alice, File(content))
        assert 204 == (await media.put(opened, content)).status_code
        assert 202 == (await media.complete(alice, opened["media_id"]))[0]

        system.kill("objects")

        assert "ready" == (await media.decided(alice, opened["media_id"]))["status"]
        system.wait_ready("objects")


def _problem(answered: tuple[int, dict[str, object]]) -> tuple[int, object]:
    return answered[0], answered[1].get("code")
