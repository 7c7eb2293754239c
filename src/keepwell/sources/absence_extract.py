"""A trust's own extract of sickness absence: how many days did each staff group lose, and why?

In the manner of ESR: one row a month, organisation, staff group and absence reason, with FTE days lost and FTE
days available. Only groups are taken, never who was away and when: an extract with a row for each person or each
absence is refused. The days available are those of the whole staff group, in each of its rows or only in its row
of all reasons.
"""

from __future__ import annotations

from collections.abc import Sequence

from keepwell.sources.absence_columns import HEADINGS, OF_A_PERSON
from keepwell.sources.absence_lines import AbsenceFile
from keepwell.sources.formats import Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.nhs_sickness import read_long
from keepwell.sources.ods_cells import fields_in
from keepwell.sources.reading import Sheet, find_headings

NEEDED = ("fte_days_lost", "fte_days_available")
OF_AN_ABSENCE = frozenset(
    (
        *("absence start date", "absence end date", "absence start", "absence end", "first day of absence"),
        *("sickness start date", "sickness end date", "start date of absence", "end date of absence"),
        *("last day of absence", "absence reason", "sickness reason", "attendance reason", "absence type"),
        *("absence category", "attendance type", "absence days", "sickness days", "days absent", "fte days lost"),
        *("fte days absent", "related reason", "absence episode", "return to work date"),
    )
)


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """A row of headings with days lost, days available and whose they are; or with persons and their absences."""

    def fits(cells: Sequence[str]) -> bool:
        found = fields_in(cells, HEADINGS, options).keys()
        whose = {"organisation", "staff_group", "reason", "month"} & found
        return (found >= set(NEEDED) and bool(whose)) or is_of_persons(cells)

    for sheet in sheets:
        row = find_headings(sheet, fits)
        if row is not None:
            return Match(sheet, row)
    return None


def is_of_persons(headings: Sequence[str]) -> bool:
    """Whether a row of headings is of a file with rows of persons and their absences."""
    known = set(headings)
    return bool(known & OF_A_PERSON) and len(known & OF_AN_ABSENCE) >= 2


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as absence. Raises FileNotUnderstood for rows of persons, and as read_long does."""
    return read_long(file, match, AbsenceFile(file, options, published=False))


FORMAT = SourceFormat(
    name="absence_extract",
    title="Extract of sickness absence by staff group and reason (groups only)",
    published=False,
    about=__doc__ or "",
    needs=("month", "organisation", *NEEDED),
    recognise=recognise,
    read=read,
    headings=HEADINGS,
)
