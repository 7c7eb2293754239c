"""Which bytes stand there, in a text too large to hold?

A TextOnDisk is sliced like bytes. Text that is not UTF-8 is written anew as such to a file without a name, which is
gone when it is closed, whatever becomes of the process.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from keepwell.errors import FileNotUnderstood
from keepwell.sources.open_file import OpenFile
from keepwell.sources.progress import READING, tell

LOT = 1 << 22
MARK = "\ufeff"
REPLACEMENT = "\ufffd"
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True, eq=False)
class TextOnDisk:
    """The bytes of an open file from `start` on; `stood` is its size and time when it was opened."""

    name: str
    file: OpenFile
    start: int
    stood: tuple[int, int]

    @classmethod
    def of(cls, name: str, file: OpenFile, start: int = 0) -> TextOnDisk:
        return cls(name, file, start, file.stands())

    def __len__(self) -> int:
        return self.stood[0] - self.start

    def __getitem__(self, at: slice) -> bytes:
        """Some bytes. Raises FileNotUnderstood where somebody has changed the file since it was opened."""
        first, last, _ = at.indices(len(self))
        found = self.file.read(self.start + first, max(last - first, 0))
        if len(found) != max(last - first, 0) or self.file.stands() != self.stood:
            raise FileNotUnderstood(
                f"{self.name} was changed while it was read.",
                found="other bytes than at the beginning",
                attempt="load it again when it is complete",
            )
        return found


def is_utf_8(text: TextOnDisk) -> bool:
    """Whether a text is UTF-8 throughout, without marks of byte order and letters that were lost before."""
    try:
        return not any(MARK in letters or REPLACEMENT in letters for letters in _letters(text, "utf-8", "strict"))
    except UnicodeDecodeError:
        return False


def in_utf_8(text: TextOnDisk) -> tuple[TextOnDisk, list[str]]:
    """The same letters in UTF-8, and what had to be guessed or was lost.

    UTF-16 with its mark, else UTF-8 without marks of byte order, else Windows text (cp1252). Text with more good
    UTF-8 letters than bad ones is damaged UTF-8.
    """
    if text[0:2] in UTF_16_MARKS:
        return _written_anew(text, "utf-16")
    lost = beyond_ascii = 0
    for letters in _letters(text, "utf-8"):
        lost += letters.count(REPLACEMENT)
        beyond_ascii += len(letters) - letters.count(MARK) - len(letters.encode("ascii", errors="ignore"))
    if not lost or beyond_ascii > 2 * lost:
        return _written_anew(text, "utf-8")
    written, remarks = _written_anew(text, "cp1252")
    return written, ["read as Windows text (cp1252): it is not UTF-8", *remarks]


def _letters(text: TextOnDisk, encoding: str, errors: str = "replace") -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for at in range(0, len(text), LOT):
        tell(READING, at, 3 * len(text))
        yield decoder.decode(text[at : at + LOT])
    yield decoder.decode(b"", final=True)


def _written_anew(text: TextOnDisk, encoding: str) -> tuple[TextOnDisk, list[str]]:
    file = OpenFile.without_name()
    lost = 0
    for letters in _letters(text, encoding):
        kept = letters.replace(MARK, "") if encoding == "utf-8" else letters
        lost += kept.count(REPLACEMENT)
        file.write(kept.encode())
    remark = f"{lost:,} {'character' if lost == 1 else 'characters'} could not be read and show as {REPLACEMENT}"
    return TextOnDisk.of(text.name, file), [remark] if lost else []
