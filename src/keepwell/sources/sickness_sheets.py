"""What does one sheet of the sickness absence workbook hold: days lost, days available or rates, and of whom?

Months or reasons stand across the columns, with titles above and notes below. To the left stand codes and names of
regions, ICBs and organisations, or staff groups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from keepwell.periods import Month, read_month
from keepwell.records.absence import ALL_REASONS
from keepwell.records.flows import ALL_STAFF_GROUPS
from keepwell.records.organisations import REGIONS
from keepwell.records.staff import NOT_KNOWN
from keepwell.sources.absence_columns import HEADINGS, is_everything, staff_group_in
from keepwell.sources.absence_lines import Place
from keepwell.sources.cells import is_missing
from keepwell.sources.ods_cells import CODE, ICB_CODE, REGION_CODE, code_in, text_in
from keepwell.sources.reading import HEADING_ROWS_SEARCHED, RawTable, Sheet, plain, table_below
from keepwell.sources.staff_months import month_in_titles

LOST: Final = "days lost"
AVAILABLE: Final = "days available"
RATE: Final = "rates"
_KINDS: Final = (
    (LOST, re.compile(r"days? (?:lost|sick|absent)", re.I)),
    (AVAILABLE, re.compile(r"days? available", re.I)),
    (RATE, re.compile(r"\brates?\b|%|per ?cent", re.I)),
)
_PUBLICATION = re.compile(r"(?:nhs )?(?:staff )?sickness absence rates?\b(?=,|:| -| –|$| in the nhs)", re.I)
_FOOTNOTE = re.compile(r"\s*(?:\[(?:note|r|p|x|z)?[^\]]{0,12}\]|\((?:note )?\d{1,2}\)|[¹²³⁴⁵*†‡]+)\s*$", re.I)
_REASON = re.compile(r"S\d{2}\b.{3,}", re.I)
_TOTAL_WORD = re.compile(r"\s+(?:sub-?)?total$", re.I)
FEWEST_REASONS: Final = 3
PLACE_FIELDS: Final = ("organisation", "region", "icb")
_WORDS_OF: Final = {
    "organisation": ("organisation", "trust", "org", "employer"),
    "region": (
        "region",
        "nhs england region",
        "nhse region",
        "nhs england region name",
        "health education england region",
    ),
    "icb": ("icb", "ics", "integrated care board", "integrated care system"),
}
"""Headings that may stand over codes or over names: the cells below them tell."""


def without_footnote(cell: str) -> str:
    """A heading or name without the markers of notes behind it: "April 2024 [note 2]" is April 2024."""
    text = " ".join(cell.split())
    while (shorter := _FOOTNOTE.sub("", text)) != text and shorter:
        text = shorter
    return text


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a sheet: its row, its month, whom it is of, and the text that stands there."""

    row: int
    month: int
    place: Place
    staff_group: str
    reason: str
    kind: str
    text: str

    @property
    def about(self) -> tuple[object, ...]:
        return self.month, self.place.organisation or self.place.total_of, self.staff_group, self.reason


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet whose heading row is known. `across` is what stands above its columns: months or reasons."""

    sheet: Sheet
    heading_row: int
    across: str
    kind: str | None


def layout_of(sheet: Sheet) -> Layout | None:
    """Where the headings are, and what the sheet holds; None for a sheet of words."""
    for i, row in enumerate(sheet.rows[:HEADING_ROWS_SEARCHED]):
        across = _across(row)
        if across:
            above = [" ".join(c for c in r if c) for r in sheet.rows[:i]]
            return Layout(sheet, i, across, _kind([sheet.name, *above]))
    return None


def _across(row: Sequence[str]) -> str | None:
    months = [m for cell in row if (m := month_heading(cell))]
    if months and all(b - a == 1 for a, b in pairwise(months)) and _is_headed(row, len(months)):
        return "months"
    if sum(1 for cell in row if _REASON.match(cell)) >= FEWEST_REASONS:
        return "reasons"
    return None


def _is_headed(row: Sequence[str], months: int) -> bool:
    """Several months in order are headings; one is, where a heading of a place or staff group stands beside it."""
    known = {alias for name, aliases in HEADINGS.items() if name not in ("month", "rate") for alias in aliases}
    known |= {word for words in _WORDS_OF.values() for word in words}
    return months > 1 or any(plain(without_footnote(cell)) in known for cell in row)


def month_heading(cell: str) -> Month | None:
    """The month of a heading, whatever notes are marked on it; a plain number is none."""
    text = without_footnote(cell)
    return None if text.isdigit() and len(text) != 6 else read_month(text)


def _kind(texts: Iterable[str]) -> str | None:
    """What a sheet holds, by its name and then its titles: by the first that says it, and by what it says first."""
    for text in texts:
        words = _PUBLICATION.sub("", text)
        first = [(found.start(), kind) for kind, pattern in _KINDS if (found := pattern.search(words))]
        if first:
            return min(first)[1]
    return None


@dataclass(frozen=True, slots=True)
class SheetTable:
    """The rows of a sheet, and which of its columns say what."""

    layout: Layout
    raw: RawTable
    labels: dict[str, int]

    @classmethod
    def of(cls, file: str, layout: Layout) -> SheetTable:
        raw = table_below(file, layout.sheet, layout.heading_row)
        return cls(layout, raw, _labels(raw))

    @property
    def named_only(self) -> bool:
        """Whether organisations stand here by name and without their codes."""
        return "organisation_name" in self.labels and "organisation" not in self.labels

    def cells(self, month: Month | None, *, before: int = 0) -> Iterator[Cell]:
        """Every number of the sheet; `month` is that of a sheet with reasons across, `before` is added to the rows."""
        numbers = [j for j in range(len(self.raw.headings)) if j not in self.labels.values()]
        columns = [(j, *said) for j in numbers if (said := self._said(self.raw.headings[j], month))]
        rows = [tuple(self._cell(name, i) for name in FIELDS) for i in range(len(self.raw.row_numbers))]
        places = Places.of(rows)
        for i, number in enumerate(self.raw.row_numbers):
            place, group = places.place(rows[i]), self._staff_group(i)
            for j, of_month, reason, kind in columns:
                text = self.raw.columns[j][i]
                yield Cell(before + number, of_month.index, place or NOWHERE, group, reason, kind, text)

    def month(self, told: Month | None) -> Month | None:
        """The month of a sheet without months across: what the user said, or the title nearest to the table that says one."""
        titles = [self.raw.sheet, *self.raw.titles]
        return told or next((month for title in reversed(titles) if (month := month_in_titles([title]))), None)

    def _cell(self, name: str, i: int) -> str:
        return without_footnote(self.raw.columns[self.labels[name]][i]) if name in self.labels else ""

    def _staff_group(self, i: int) -> str:
        """The staff group of a row; where groups stand within groups, each in a column further right, the last."""
        told = [self._cell(name, i) for name in self.labels if name.startswith("staff_group")]
        named = [cell for cell in told if not is_missing(cell)]
        return staff_group_in(named[-1]) if named else ALL_STAFF_GROUPS if not told else NOT_KNOWN

    def _said(self, heading: str, month: Month | None) -> tuple[Month, str, str] | None:
        """Month, reason and kind of number of a column; None for a column of something else."""
        if self.layout.across == "months":
            of_month = month_heading(heading)
            return (of_month, ALL_REASONS, self.layout.kind) if of_month and self.layout.kind else None
        kind = RATE if self.layout.kind == RATE else LOST
        if month is None:
            return None
        if _REASON.match(heading):
            return month, without_footnote(heading), kind
        if plain(heading).startswith(("all reasons days available", "fte days available", "days available")):
            return month, ALL_REASONS, AVAILABLE
        return (month, ALL_REASONS, kind) if plain(heading).startswith("all reasons") else None


FIELDS: Final = ("organisation", "organisation_name", "region", "region_name", "icb", "icb_name", "organisation_type")
NOWHERE: Final = Place("?")
"""Stands for the place of a row that has no code of an organisation and is no total."""


def _labels(raw: RawTable) -> dict[str, int]:
    """field -> column, from the headings left of the numbers, and from the cells where a heading does not tell."""
    found: dict[str, int] = {}
    for j, heading in enumerate(raw.headings):
        words = plain(without_footnote(heading))
        if month_heading(heading) or _REASON.match(heading) or words.startswith(("all reasons", "fte days")):
            break
        name = _field(words, raw.columns[j], found)
        if name is not None:
            found.setdefault(name, j)
    return found


def _field(words: str, cells: Sequence[str], found: dict[str, int]) -> str | None:
    for base in PLACE_FIELDS:
        if words in _WORDS_OF[base] or words == f"{base} name":
            return base if _are_codes(cells) else f"{base}_name"
    named = [n for n, aliases in HEADINGS.items() if words in aliases]
    if named or not words.startswith("column "):
        return named[0] if named else None
    if "staff_group" in found and "organisation" not in found:
        return f"staff_group_{len(found)}"  # a group within the group to its left
    if _are_codes(cells):
        return "organisation" if "organisation" not in found else None
    return "organisation_name" if "organisation_name" not in found and "organisation" in found else None


def _are_codes(cells: Sequence[str]) -> bool:
    """Whether most of the cells that say something are codes: capitals and figures without a gap."""
    told = [cell for cell in cells if not is_missing(cell) and not is_everything(cell)]
    return bool(told) and 2 * sum(1 for cell in told if CODE.fullmatch(cell)) >= len(told)


@dataclass(frozen=True, slots=True)
class Places:
    """What the rows of a sheet together say of regions and ICBs, to know their totals by."""

    regions: dict[str, str]
    icbs: dict[str, str]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, ...]]) -> Places:
        regions = {plain(name): code for code, name in REGIONS.items()}
        icbs: dict[str, str] = {}
        for _, _, region, region_name, icb, icb_name, _ in rows:
            regions |= {plain(x): region for x in (region, region_name) if not is_missing(x)}
            icbs |= {plain(x): icb for x in (icb, icb_name) if not is_missing(x)}
        return cls(regions, icbs)

    def place(self, row: tuple[str, ...]) -> Place | None:
        """Whom a row is about: an organisation, a total, or None where neither can be said."""
        code, name = row[0], _TOTAL_WORD.sub("", row[1])
        region, region_name, icb, icb_name, kind = (None if is_everything(c) else text_in(c) for c in row[2:])
        region, icb = (x.upper() if x else None for x in (region, icb))
        if is_everything(code) or (is_missing(code) and is_everything(name)):
            return Place(None, None, region, region_name, icb, icb_name)
        if is_missing(code):
            return self._total(name, Place(None, None, region, region_name, icb, icb_name))
        organisation = code_in(code)
        if organisation is None:
            return None
        if REGION_CODE.fullmatch(organisation) or (organisation == region and plain(name) == plain(region_name or "")):
            return Place(None, None, organisation, region_name or text_in(name))
        if ICB_CODE.fullmatch(organisation) and plain(name) == plain(icb_name or ""):
            return Place(None, None, region, region_name, organisation, icb_name)
        return Place(organisation, text_in(name), region, region_name, icb, icb_name, kind)

    def _total(self, name: str, where: Place) -> Place | None:
        """The total of a region or ICB that a row without a code of an organisation is, by its name or its columns."""
        words = plain(name)
        if words in self.icbs:
            return Place(None, None, where.region, where.region_name, self.icbs[words] or None, name)
        if words in self.regions:
            return Place(None, None, self.regions[words] or None, name)
        return where if is_missing(name) else None
