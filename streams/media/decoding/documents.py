"""Documents: looked through for structure, and copied as they are. Never rendered, parsed as XML, or run."""

import codecs
import zipfile
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from streams.media.decoding.settings import DecodingSettings
from streams.media.decoding.values import CONTENT, Made, Refused

PIECE_BYTES = 1 << 16
_PDF_TAIL_BYTES = 2048
_ZIP_END_BYTES = 22
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
# The member that says what an office document is.
_MAIN_PARTS = {
    f"{_OFFICE}wordprocessingml.document": "word/document.xml",
    f"{_OFFICE}spreadsheetml.sheet": "xl/workbook.xml",
    f"{_OFFICE}presentationml.presentation": "ppt/presentation.xml",
}
_PROGRAMS = ("vbaproject.bin", "vbadata.xml")
_PROGRAM_FOLDERS = ("basic/", "scripts/")
# What browsers, or shells, take for more than text.
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<iframe", b"<svg", b"<?", b"#!")
_CONTROLS = frozenset(map(chr, range(32))) - frozenset("\t\n\r\f")


def process_document(source: BinaryIO, content_type: str, folder: Path, settings: DecodingSettings) -> Made:
    """Raises `Refused`, or what `zipfile` and the UTF-8 decoder make of a broken file."""
    source.seek(0)
    if content_type == "text/plain":
        _check_text(source)
    elif content_type == "application/pdf":
        _check_pdf(source)
    else:
        _check_packed(source, content_type, settings)
    source.seek(0)
    with (folder / CONTENT).open("wb") as copy:
        while piece := source.read(PIECE_BYTES):
            copy.write(piece)
    return Made(content_type)


def _check_text(source: BinaryIO) -> None:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    beginning = source.read(PIECE_BYTES)
    if beginning.removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith(_MARKUP):
        raise Refused("type-mismatch", "text that is markup or a script")
    piece = beginning
    while piece:
        if not _CONTROLS.isdisjoint(decoder.decode(piece)):
            raise Refused("undecodable", "control characters in text")
        piece = source.read(PIECE_BYTES)
    decoder.decode(b"", final=True)


def _check_pdf(source: BinaryIO) -> None:
    """From its first byte to its last: a file that is something else too begins before or ends behind."""
    if not source.read(5) == b"%PDF-":
        raise Refused("type-mismatch", "a PDF that does not begin as one")
    size = source.seek(0, 2)
    source.seek(max(0, size - _PDF_TAIL_BYTES))
    tail = source.read()
    if b"startxref" not in tail or b"%%EOF" not in tail:
        raise Refused("undecodable", "a PDF without its end")
    if tail.rpartition(b"%%EOF")[2].strip(b"\0\t\n\f\r "):
        raise Refused("type-mismatch", "there is more behind the end of the PDF")


def _check_packed(source: BinaryIO, content_type: str, settings: DecodingSettings) -> None:
    source.seek(-_ZIP_END_BYTES, 2)
    if not source.read(4) == b"PK\5\6":  # it has no comment, hence no room for another file
        raise Refused("undecodable", "the archive does not end as one")
    with zipfile.ZipFile(source) as packed:
        members = packed.infolist()
        _check_members(members, settings)
        _check_nature(packed, content_type)
        for member in members:
            with packed.open(member) as unpacking:  # to the end: that checks its checksum
                while unpacking.read(PIECE_BYTES):
                    pass


def _check_members(members: list[zipfile.ZipInfo], settings: DecodingSettings) -> None:
    if len(members) > settings.document_members_max:
        raise Refused("too-large", f"{len(members)} members")
    if sum(member.file_size for member in members) > settings.document_unpacked_bytes_max:
        raise Refused("too-large", "too much when it is unpacked")
    if not members or min(member.header_offset for member in members):
        raise Refused("type-mismatch", "the archive does not begin as one")
    if len({member.filename for member in members}) < len(members):
        raise Refused("undecodable", "two members of one name")
    for member in members:
        _check_member(member)


def _check_member(member: zipfile.ZipInfo) -> None:
    path, name = PurePosixPath(member.filename), member.filename.lower()
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise Refused("undecodable", "a member's path leads outside")
    if name.endswith(_PROGRAMS) or name.startswith(_PROGRAM_FOLDERS):
        raise Refused("unsupported", "a document with programs")
    if member.flag_bits & 1:
        raise Refused("unsupported", "an encrypted document")
    if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise Refused("undecodable", "an unusual compression")


def _check_nature(packed: zipfile.ZipFile, content_type: str) -> None:
    names = set(packed.namelist())
    if content_type.startswith(_OPEN):
        stated = packed.read("mimetype") if "mimetype" in names else b""
        is_it = stated == content_type.encode() and "content.xml" in names
    else:
        is_it = {"[Content_Types].xml", _MAIN_PARTS[content_type]} <= names
    if not is_it:
        raise Refused("type-mismatch", f"an archive, but no {content_type}")
