"""Which outside format is this file, and what does it hold?"""

from __future__ import annotations

from pathlib import Path

from keepwell.errors import FileNotUnderstood, counted, listed
from keepwell.sources import (
    absence_extract,
    esr_leavers,
    esr_staff_in_post,
    establishment,
    gp_practice_year,
    gpw_individual,
    gpw_practice,
    hchs_staff_in_post,
    nhs_sickness,
    nhs_sickness_workbook,
    nhs_turnover,
    ods_mappings,
    ods_networks,
    ods_organisations,
    ods_successors,
    pcn_individual,
    recode_tables,
    staff_list,
    table_of_counts,
)
from keepwell.sources.formats import Decision, Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.reading import HEADING_ROWS_SEARCHED, Sheet, plain
from keepwell.sources.staff_columns import is_data

__all__ = ["FORMATS", "Decision", "ReadOptions", "Reading", "SourceFormat", "recognise"]

FORMATS: tuple[SourceFormat, ...] = (
    nhs_turnover.FORMAT,
    gpw_practice.FORMAT,
    gp_practice_year.FORMAT,
    gpw_individual.FORMAT,
    pcn_individual.FORMAT,
    nhs_sickness.FORMAT,
    nhs_sickness_workbook.FORMAT,
    absence_extract.FORMAT,
    esr_leavers.FORMAT,
    staff_list.FORMAT,
    esr_staff_in_post.FORMAT,
    establishment.FORMAT,
    recode_tables.FORMAT,
    ods_successors.FORMAT,
    ods_mappings.FORMAT,
    ods_networks.FORMAT,
    ods_organisations.FORMAT,
    hchs_staff_in_post.FORMAT,
    table_of_counts.FORMAT,
)


def recognise(path: Path, sheets: list[Sheet], options: ReadOptions) -> tuple[SourceFormat, Match]:
    """The format of a file, from its content alone.

    Raises FileNotUnderstood where it is none of them, or is not of the format that was named.
    """
    for source in FORMATS:
        if options.format in (None, source.name) and (match := source.recognise(sheets, options)):
            return source, match
    known = [source.name for source in FORMATS]
    if options.format not in (None, *known):
        raise FileNotUnderstood(
            f"There is no format called {options.format}.",
            found=f"--as {options.format}",
            attempt=f"one of {listed(known, 20)}",
        )
    raise FileNotUnderstood(
        f"{path.name} is none of the formats that Keepwell reads."
        if options.format is None
        else f"{path.name} is not in the format {options.format}.",
        found=_headings_seen(sheets),
        attempt='keepwell formats lists what can be loaded; for staff records, name the headings: --column person="…"',
    )


def _headings_seen(sheets: list[Sheet]) -> str:
    """The row of headings, if one is known by two of its headings and holds nobody's data; else only its width.

    A file without headings begins with somebody's row, which must not be shown.
    """
    known = {h for source in FORMATS for headings in source.headings.values() for h in headings}
    rows = [row for sheet in sheets for row in sheet.rows[:HEADING_ROWS_SEARCHED] if any(row)]
    telling = {i: sum(1 for cell in row if plain(cell) in known) for i, row in enumerate(rows)}
    best = max(telling, key=lambda i: telling[i])
    if telling[best] >= 2 and not any(map(is_data, rows[best])):
        return f"headings {listed([' '.join(cell.split()) for cell in rows[best] if cell], 12)}"
    widest = max(sum(1 for cell in row if cell) for row in rows)
    return f"{counted(widest, 'column')}, and no row of headings that is known"
