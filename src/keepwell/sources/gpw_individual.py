"""General Practice Workforce, individual level: who works in general practice, role by role?

One row a person and role at the end of one month, in 22 columns, by sub-ICB: the place to count people above a
single practice. Rows marked Estimated stand for practices without data and are not people. Ages are kept as
bands alone.
"""

from __future__ import annotations

from typing import Final

from keepwell.sources.formats import Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.ods_cells import fields_in, match_headings
from keepwell.sources.practice_people import PEOPLE_HEADINGS, people_of
from keepwell.sources.reading import Sheet, plain

HEADINGS: Final = {name: aliases for name, aliases in PEOPLE_HEADINGS.items() if name not in ("pcn", "pcn_name")}
NEEDED: Final = ("person", "staff_group", "role", "fte", "age_band", "sub_icb")
EXAMPLE: Final = "General Practice - September 2024 Individual Level.csv"


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """A row of headings with person, role, age band and sub-ICB, and none of a PCN."""
    match = match_headings(sheets, HEADINGS, NEEDED, options)
    if match is None or match.heading_row is None:
        return None
    found = fields_in(map(plain, match.sheet.rows[match.heading_row]), PEOPLE_HEADINGS, options)
    return None if "pcn" in found else match


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as practice_people, the sub-ICB standing for the organisation; raises as `people_of`."""
    return people_of(file, match, options, HEADINGS, "sub_icb", EXAMPLE)


FORMAT = SourceFormat(
    name="gpw_individual",
    title="General Practice Workforce, individual level (one month)",
    published=True,
    about=__doc__ or "",
    needs=NEEDED,
    recognise=recognise,
    read=read,
    headings=HEADINGS,
)
