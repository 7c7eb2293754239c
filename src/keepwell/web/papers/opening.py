"""Can a file be opened without harm: a Word document or a workbook, with nothing in it that runs, and not far larger inside?

A part of it is read as XML that names nothing outside of it: no entities, no document type, nothing from the network.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Final

from lxml import etree

from keepwell.web.papers.grids import PlanNotRead

LARGEST: Final = 10_000_000
LARGEST_INSIDE: Final = 60_000_000
LARGEST_PART: Final = 25_000_000
MOST_PARTS: Final = 3_000
MEGABYTE: Final = 1_000_000
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    NotImplementedError,
    IndexError,
)
_OTHERS: Final = {
    b"%PDF": "a PDF",
    b"{\\rtf": "an RTF document",
    b"<htm": "a page of the web",
    b"<!DO": "a page of the web",
}
_MAIN: Final = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
_SAVE: Final = "open it in Word or Excel, and save it as DOCX or XLSX"


class Opened:
    """A Word document or a workbook whose parts can be read one by one."""

    def __init__(self, content: bytes) -> None:
        refuse_size(content)
        _refuse_others(content)
        try:
            self._packed = zipfile.ZipFile(io.BytesIO(content))
            self._parts = {one.filename: one for one in self._packed.infolist()}
        except _BROKEN:
            raise _broken() from None
        self._left = LARGEST_INSIDE
        self.kind = self._kind()

    def __contains__(self, part: str) -> bool:
        return part in self._parts

    def names(self) -> list[str]:
        return list(self._parts)

    def xml(self, part: str) -> etree._Element | None:
        """A part as XML; None where it is not there. Raises PlanNotRead for one that is broken, or asks for more."""
        if part not in self._parts:
            return None
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
        )
        try:
            root = etree.fromstring(self._bytes(part), parser)
        except (etree.XMLSyntaxError, ValueError):
            raise _broken() from None
        if root.getroottree().docinfo.doctype:
            raise _runs("a document type, which no such file has")
        return root

    def _bytes(self, part: str) -> bytes:
        try:
            with self._packed.open(part) as opened:
                found = opened.read(min(LARGEST_PART, self._left) + 1)
        except _BROKEN:
            raise _broken() from None
        except RuntimeError:
            raise _locked() from None
        self._left -= len(found)
        if len(found) > LARGEST_PART or self._left < 0:
            raise PlanNotRead(
                "This file is far larger inside than it looks.",
                found=f"more than {LARGEST_PART // MEGABYTE} MB in one part of it",
                attempt="copy the table of the plan into a new document, and bring that",
            )
        return found

    def _kind(self) -> str:
        if len(self._parts) > MOST_PARTS:
            raise _broken()
        names = {name.casefold() for name in self._parts}
        if any(one.flag_bits & 1 for one in self._parts.values()):
            raise _locked()
        if any("vbaproject" in name or "macrosheets/" in name for name in names):
            raise _runs("macros")
        found = [kind for main, kind in _MAIN.items() if main in self._parts]
        if len(found) == 1:
            return found[0]
        others = {
            "content.xml": "an OpenDocument file",
            "ppt/presentation.xml": "slides",
            "xl/workbook.bin": "a binary workbook",
        }
        what = next((told for name, told in others.items() if name in names), "a packed file of another kind")
        raise PlanNotRead("A plan is not read out of this kind of file.", found=what, attempt=_SAVE)


def refuse_size(content: bytes) -> None:
    """Raises PlanNotRead for nothing, and for too much."""
    if not content:
        raise PlanNotRead("This file is empty.", found="0 bytes", attempt="open it first, and see what is in it")
    if len(content) > LARGEST:
        raise too_large(len(content))


def too_large(size: int) -> PlanNotRead:
    return PlanNotRead(
        "This file is too large.",
        found=f"{size / MEGABYTE:,.0f} MB, and {LARGEST // MEGABYTE} MB is the most",
        attempt="take the pictures out, or copy the table into a new document",
    )


def _refuse_others(content: bytes) -> None:
    if content.startswith(_OLE):
        if _LOCKED in content:
            raise _locked()
        raise PlanNotRead("This is in the format of Office before 2007.", found="a DOC or XLS file", attempt=_SAVE)
    if not content.startswith(b"PK"):
        what = next(
            (told for mark, told in _OTHERS.items() if content[:5].lower().startswith(mark.lower())), "another file"
        )
        raise PlanNotRead("A plan is not read out of this kind of file.", found=what, attempt=_SAVE)


def _broken() -> PlanNotRead:
    return PlanNotRead(
        "This file is damaged.",
        found="a part of it that cannot be read",
        attempt="open it in Word or Excel, save it under another name, and bring that",
    )


def _locked() -> PlanNotRead:
    return PlanNotRead(
        "This file is locked with a password.",
        found="encrypted content",
        attempt="open it, take the password away (File, Info, Protect), and save it",
    )


def _runs(found: str) -> PlanNotRead:
    return PlanNotRead(
        "This file could run something when it is opened.",
        found=found,
        attempt="save it as a plain DOCX or XLSX, and bring that",
    )
