"""Primary care networks, individual level: who works for the networks themselves?

One row a person and role at the end of one month, by network. Rows of contracted services are hours, not
people. Identifiers are dealt out anew in each release, so people cannot be followed from one to the next.
"""

from __future__ import annotations

from typing import Final

from keepwell.errors import FileNotUnderstood
from keepwell.sources.formats import Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.ods_cells import match_headings
from keepwell.sources.practice_people import PEOPLE_HEADINGS, people_of
from keepwell.sources.reading import Sheet, find_headings, plain

HEADINGS: Final = PEOPLE_HEADINGS
NEEDED: Final = ("person", "staff_group", "role", "fte", "pcn")
ROLLED_UP: Final = frozenset({"pcn code", "year", "staff group", "fte"})
EXAMPLE: Final = "Primary Care Networks - September 2022 Individual Level.csv"


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """A row of headings with person, role and PCN; or the roll-up of such files, which is then refused."""
    if match := match_headings(sheets, HEADINGS, NEEDED, options):
        return match
    for sheet in sheets:
        row = find_headings(sheet, lambda cells: set(cells) >= ROLLED_UP)
        if row is not None and "unique identifier" not in map(plain, sheet.rows[row]):
            return Match(sheet, row)
    return None


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as practice_people, the PCN standing for the organisation; raises as `people_of`.

    Raises FileNotUnderstood for a roll-up by PCN, year and staff group: its FTE are means of a person, which
    add up to nothing.
    """
    assert match.heading_row is not None
    headings = [plain(h) for h in match.sheet.rows[match.heading_row]]
    if "unique identifier" not in headings and "person" not in options.columns:
        raise FileNotUnderstood(
            f"{file} holds the mean FTE of a person by network, year and staff group, and that adds up to nothing.",
            found="a column FTE of means, without the people they are means of",
            attempt='load the files it was made from: "Primary Care Networks - … Individual Level.csv"',
        )
    return people_of(file, match, options, HEADINGS, "pcn", EXAMPLE)


FORMAT = SourceFormat(
    name="pcn_individual",
    title="Primary care networks, individual level (one month)",
    published=True,
    about=__doc__ or "",
    needs=NEEDED,
    recognise=recognise,
    read=read,
    headings=HEADINGS,
)
