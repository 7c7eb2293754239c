"""NHS Sickness Absence Rates: how many days of which organisation's staff were lost in each month?

The monthly CSV has one row a month and organisation, with FTE days lost, FTE days available and the rate. The
benchmarking CSV has staff groups as well, the CSV by reason also reasons: there "All" rows of England and of
regions stand among the organisations. Days are calendar days. A row that is a total, or whose days the publisher
has withheld, is left out and counted. A table of England alone is taken under the organisation "England" when it
is named: --as nhs_sickness.
"""

from __future__ import annotations

from keepwell.sources.absence_columns import HEADINGS, LongTable, refuse_persons
from keepwell.sources.absence_lines import AbsenceFile
from keepwell.sources.formats import Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.ods_cells import FieldTable, match_headings
from keepwell.sources.reading import Sheet, plain, table_below

NEEDED = ("month", "organisation", "fte_days_lost", "fte_days_available")
WITHOUT_PLACE = ("month", "fte_days_lost", "fte_days_available")
MARKS = frozenset(("nhse region code", "nhse code", "hee region code", "hee region name", "ics code"))
"""Headings that only the publication has: a trust's own extract must not be taken for published figures."""


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """A row of headings with the publication's own region or system codes, month, organisation and days."""
    named = options.format == FORMAT.name
    match = match_headings(sheets, HEADINGS, WITHOUT_PLACE if named else NEEDED, options)
    if match is None or match.heading_row is None:
        return None
    headings = {plain(cell) for cell in match.sheet.rows[match.heading_row]}
    return match if named or MARKS & headings else None


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as absence, one row a month, organisation, staff group and reason."""
    return read_long(file, match, AbsenceFile(file, options, published=True))


def read_long(file: str, match: Match, absence: AbsenceFile) -> Reading:
    """A table with one row a month, place, staff group and reason as absence.

    Raises FileNotUnderstood for rows of persons, for cells that are not days, where month or organisation cannot
    be told, and as AbsenceFile.reading does; DecisionNeeded where nothing tells whether day or month comes first.
    """
    assert match.heading_row is not None
    refuse_persons(file, match.sheet.rows[match.heading_row])
    raw = table_below(file, match.sheet, match.heading_row)
    table = FieldTable.of(raw, HEADINGS, absence.options)
    absence.remarks += raw.remarks
    return absence.reading(
        LongTable(table, absence).lines(),
        rows_read=len(table.numbers),
        left_out=raw.left_out,
        found_columns=table.found,
    )


FORMAT = SourceFormat(
    name="nhs_sickness",
    title="NHS Sickness Absence Rates (CSV by month and organisation; also with staff groups and reasons)",
    published=True,
    about=__doc__ or "",
    needs=NEEDED,
    recognise=recognise,
    read=read,
    headings=HEADINGS,
)
