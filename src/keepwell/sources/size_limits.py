"""How large a file can be read in so much memory?

Staff in post as a clean text are read piece by piece, so that a gigabyte takes no more than a month does. All
else is held in memory.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from keepwell.errors import FileNotUnderstood
from keepwell.sources.workbooks import OLE_MAGIC, ZIP_MAGIC

MEGABYTE: Final = 1_000_000
ITSELF: Final = 130 * MEGABYTE
"""What a process takes before it has read anything."""
OF_A_WORKBOOK, OF_A_TEXT = 30.0, 10.0
"""Memory for each byte of a file, at most, as measured by benchmarks/large_upload.py."""
AT_LEAST: Final = 3.0
"""Memory for each byte of a text that is held, at least: what is beyond that need not be tried."""
PIECE_BY_PIECE: Final = frozenset({"esr_staff_in_post"})
_AT_MOST: Final[list[int]] = []


def memory_at_most(memory: int) -> None:
    """Let this process refuse what cannot be read in so much memory before it tries."""
    _AT_MOST[:] = [memory]


def refuse_too_large(path: Path, source_name: str, *, on_disk: bool) -> None:
    """Raises FileNotUnderstood where a file has to be held and is too large for that; nothing where there is no limit."""
    held = not (on_disk and source_name in PIECE_BY_PIECE)
    if held and _AT_MOST and path.stat().st_size * AT_LEAST + ITSELF > _AT_MOST[0]:
        raise too_large(path, _AT_MOST[0])


def too_large(path: Path, memory: int) -> FileNotUnderstood:
    """The refusal of a file that takes more memory than there may be, naming the size that can be read."""
    with path.open("rb") as file:
        workbook = file.read(8).startswith((ZIP_MAGIC, OLE_MAGIC))
    kind, factor = ("a workbook", OF_A_WORKBOOK) if workbook else ("a text of this kind", OF_A_TEXT)
    most, size = max(int((memory - ITSELF) / factor), 0), path.stat().st_size
    if workbook and size < most / 4:
        return FileNotUnderstood(
            f"{path.name} asks for far more memory than a file of its size needs.",
            found=f"{size / 1000:,.0f} KB; reading may take {memory / MEGABYTE:,.0f} MB of memory",
            attempt="it may be damaged: open it, save it anew, best as CSV, and choose that",
        )
    other = "save it as CSV, which takes far less" if workbook else "split it, a month or a year in each file"
    return FileNotUnderstood(
        f"{path.name} is too large to read here.",
        found=f"{size / MEGABYTE:,.0f} MB; reading may take {memory / MEGABYTE:,.0f} MB of memory",
        attempt=f"{kind} of up to about {most / MEGABYTE:,.0f} MB can be read; {other}",
    )
