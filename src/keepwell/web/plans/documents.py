"""What kind of document is this, by what is in it and not by its name, and may it stand beside a plan?

Taken are documents that people read. What runs something when it is opened (macros, scripts, pages of the web) is not.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

from keepwell.errors import KeepwellError

LARGEST: Final = 10_000_000
MOST: Final = 20
"""How many documents can stand beside one plan, with those beside its actions."""
LARGEST_UNPACKED: Final = 200_000_000
MOST_MEMBERS: Final = 5_000
TYPES: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "png": "image/png",
    "jpg": "image/jpeg",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
WORDS: Final = "PDF, Word, Excel, PowerPoint, PNG, JPEG or plain text"
_BEGINS: Final = {b"%PDF-": "pdf", b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
_MAIN: Final = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_RUNS_IN_PDF: Final = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")
_PAGE: Final = re.compile(r"<\s*(!doctype|html|script|svg|\?xml|body|iframe)", re.IGNORECASE)
_RUNS_IN_OFFICE: Final = ("vbaproject", "activex/", "embeddings/", ".bin")


class DocumentRefused(KeepwellError):
    """A document that does not stand beside a plan. Nothing of what is in it is repeated."""


def kind_of(content: bytes, name: str) -> str:
    """The kind of a document, a key of TYPES. `name` only tells CSV from other plain text.

    Raises DocumentRefused for what is too large, empty, of another kind, or runs something when it is opened.
    """
    _refuse_size(content)
    begins = next((kind for mark, kind in _BEGINS.items() if content.startswith(mark)), None)
    if begins == "pdf":
        return _pdf(content)
    if begins:
        return begins
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return _text(content, name)


def _refuse_size(content: bytes) -> None:
    if not content:
        raise DocumentRefused("This file is empty.", found="0 bytes", attempt="open it first, and see what is in it")
    if len(content) > LARGEST:
        raise DocumentRefused(
            "This file is too large.",
            found=f"{len(content) / 1e6:.0f} MB",
            attempt=f"send at most {LARGEST // 1_000_000} MB: save pictures smaller, or say where it lies",
        )


def _pdf(content: bytes) -> str:
    if _RUNS_IN_PDF.search(content):
        raise _runs("a PDF with a script or a file inside")
    return "pdf"


def _office(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise _unknown("a packed file that cannot be opened") from None
    if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > LARGEST_UNPACKED:
        raise _unknown("a packed file that is far larger inside")
    names = [one.filename.casefold() for one in members]
    found = [kind for main, kind in _MAIN.items() if main in names]
    if len(found) != 1 or any(one.flag_bits & 1 for one in members):
        raise _unknown("a packed file")
    if any(part in name for name in names for part in _RUNS_IN_OFFICE if "printersettings" not in name):
        raise _runs("a document with macros, or with another file inside")
    return found[0]


def _text(content: bytes, name: str) -> str:
    text = _decoded(content)
    if text is None or any(ord(c) < 32 and c not in "\t\r\n\f" for c in text):
        raise _unknown("a file of another kind")
    if _PAGE.search(text):
        raise _runs("a page of the web, or a drawing with code")
    return "csv" if name.casefold().endswith(".csv") else "txt"


def _decoded(content: bytes) -> str | None:
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _unknown(found: str) -> DocumentRefused:
    return DocumentRefused("This kind of file is not taken.", found=found, attempt=f"save it as {WORDS}")


def _runs(found: str) -> DocumentRefused:
    return DocumentRefused(
        "This file could run something when it is opened.", found=found, attempt="save it as a plain PDF, and send that"
    )
