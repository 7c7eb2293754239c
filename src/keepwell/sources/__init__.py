"""Which outside format is this file, and what does it hold?"""

from __future__ import annotations

from pathlib import Path

from keepwell.errors import FileNotUnderstood, listed
from keepwell.sources import (
    esr_leavers,
    esr_staff_in_post,
    nhs_turnover,
    ods_mappings,
    ods_networks,
    ods_organisations,
    ods_successors,
    recode_tables,
    staff_list,
)
from keepwell.sources.formats import Decision, Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.reading import Sheet, plain

__all__ = ["FORMATS", "Decision", "ReadOptions", "Reading", "SourceFormat", "recognise"]

FORMATS: tuple[SourceFormat, ...] = (
    nhs_turnover.FORMAT,
    esr_leavers.FORMAT,
    staff_list.FORMAT,
    esr_staff_in_post.FORMAT,
    recode_tables.FORMAT,
    ods_successors.FORMAT,
    ods_mappings.FORMAT,
    ods_networks.FORMAT,
    ods_organisations.FORMAT,
)


def recognise(path: Path, sheets: list[Sheet], options: ReadOptions) -> tuple[SourceFormat, Match]:
    """The format of a file, from its content alone.

    Raises FileNotUnderstood where it is none of them, or is not of the format that was named.
    """
    for source in FORMATS:
        if options.format in (None, source.name) and (match := source.recognise(sheets, options)):
            return source, match
    raise FileNotUnderstood(
        f"{path.name} is none of the formats that Keepwell reads."
        if options.format is None
        else f"{path.name} is not in the format {options.format}.",
        found=f"headings {_headings_seen(sheets)}",
        attempt='keepwell formats; name a heading with --column staff_group="Staff Grp"',
    )


def _headings_seen(sheets: list[Sheet]) -> str:
    """The widest of the first rows, where headings usually are. A row of text without digits, so no one's data."""
    rows = [row for sheet in sheets for row in sheet.rows[:40]]
    wordy = [row for row in rows if row and all(not any(ch.isdigit() for ch in cell) for cell in row)]
    if not wordy:
        return "none: no row of words above the data"
    widest = max(wordy, key=lambda row: sum(1 for cell in row if plain(cell)))
    return listed([" ".join(cell.split()) for cell in widest if cell], 12)
