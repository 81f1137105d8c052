"""Documents are delivered as they came, when they are what they say and nothing else."""

import io
import zipfile

import pytest

from streams.media.decoding.settings import DecodingSettings
from tests.streams.media.decoding import files
from tests.streams.media.decoding.conftest import Desk

PDF, TEXT = "application/pdf", "text/plain"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
PDF_FILE = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"
WORDS = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"}


def packed(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def bomb() -> bytes:
    return packed(WORDS | {"word/media/zeros": bytes(2 << 20)})


class TestDelivered:
    @pytest.mark.parametrize(
        ("content", "content_type"),
        [
            (PDF_FILE, PDF),
            ("Grüße, ✓\r\n\tzeile zwei\n".encode(), TEXT),
            ("\ufeffwith a mark".encode(), TEXT),
            (packed(WORDS), DOCX),
            (packed({"mimetype": ODT.encode(), "content.xml": b"<x/>"}, zipfile.ZIP_STORED), ODT),
        ],
    )
    def test_as_it_came(self, desk: Desk, content: bytes, content_type: str) -> None:
        made = desk.make(content, content_type, "document")

        assert (content_type, None, False) == (made.content_type, made.width, made.has_thumbnail)
        assert content == desk.content.read_bytes()


class TestRefused:
    @pytest.mark.parametrize(
        "content",
        [
            files.MARKUP,
            b"\n  <SVG onload=alert(1)>",
            b"\xef\xbb\xbf<html>",
            b"<?php system('id'); ?>",
            b"#!/bin/sh\nid\n",
        ],
    )
    def test_text_that_is_markup_or_a_script(self, desk: Desk, content: bytes) -> None:
        assert desk.refuse(content, TEXT, "document") == "type-mismatch"

    @pytest.mark.parametrize("content", [b"\xff\xfe\xfa", b"a\0b", b"\x1b[2J", "half a sign: ✓".encode()[:-1]])
    def test_text_that_is_none(self, desk: Desk, content: bytes) -> None:
        assert desk.refuse(content, TEXT, "document") == "undecodable"

    def test_pdf_with_more_behind_it(self, desk: Desk) -> None:
        assert desk.refuse(PDF_FILE + files.MARKUP, PDF, "document") == "type-mismatch"

    def test_pdf_with_more_before_it(self, desk: Desk) -> None:
        assert desk.refuse(files.MARKUP + PDF_FILE, PDF, "document") == "type-mismatch"

    def test_pdf_truncated(self, desk: Desk) -> None:
        assert desk.refuse(PDF_FILE[:40], PDF, "document") == "undecodable"

    def test_general_archive(self, desk: Desk) -> None:
        assert desk.refuse(packed({"a.exe": b"MZ"}), DOCX, "document") == "type-mismatch"

    def test_another_kind_of_office(self, desk: Desk) -> None:
        assert desk.refuse(packed(WORDS), ODT, "document") == "type-mismatch"

    def test_archive_with_more_behind_it(self, desk: Desk) -> None:
        assert desk.refuse(packed(WORDS) + files.MARKUP, DOCX, "document") == "undecodable"

    def test_archive_truncated(self, desk: Desk) -> None:
        assert desk.refuse(packed(WORDS)[:-30], DOCX, "document") == "undecodable"

    def test_archive_damaged(self, desk: Desk) -> None:
        content = packed(WORDS, zipfile.ZIP_STORED).replace(b"<document/>", b"<documenT/>")

        assert desk.refuse(content, DOCX, "document") == "undecodable"

    def test_decompression_bomb(self, desk: Desk) -> None:
        desk.settings = DecodingSettings(document_unpacked_bytes_max=1 << 20)

        assert desk.refuse(bomb(), DOCX, "document") == "too-large"

    def test_too_many_members(self, desk: Desk) -> None:
        desk.settings = DecodingSettings(document_members_max=2)

        assert desk.refuse(packed(WORDS | {"more": b""}), DOCX, "document") == "too-large"

    @pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "a\\..\\b"])
    def test_paths_that_lead_outside(self, desk: Desk, name: str) -> None:
        assert desk.refuse(packed(WORDS | {name: b""}), DOCX, "document") == "undecodable"

    def test_programs(self, desk: Desk) -> None:
        assert desk.refuse(packed(WORDS | {"word/vbaProject.bin": b"x"}), DOCX, "document") == "unsupported"
