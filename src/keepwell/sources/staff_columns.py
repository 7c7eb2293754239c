"""Which column holds which field, and which must not be taken at all?

Shared by every format of staff records. Headings are found by the table in content/staff_headings.yaml, or
named by the user. Names, NI numbers and addresses are dropped on sight, by heading and by what the cells
look like.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from keepwell.content import load_yaml
from keepwell.errors import FileNotUnderstood, listed
from keepwell.sources.coded import Coded
from keepwell.sources.formats import Match, ReadOptions
from keepwell.sources.reading import HEADING_ROWS_SEARCHED, RawTable, Sheet, plain

ODS_CODE = re.compile(r"[A-Z][A-Z0-9]{2}|[A-HJ-NPVWYZ]\d{5}|[A-Z0-9]{5}")
PERSONAL_CELLS = {
    "NI numbers": re.compile(r"[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]", re.I),
    "e-mail addresses": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "postcodes": re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", re.I),
}
PERSONAL_CELL = re.compile(
    r"""(?:.*\b[A-Z]{2}\ ?\d{2}\ ?\d{2}\ ?\d{2}\ ?[A-D]\b.*  # an NI number, an e-mail address somewhere in it
    |.*[^@\s]+@[^@\s]+\.[^@\s]+.*
    |[A-Z]{1,2}\d[A-Z\d]?\ \d[A-Z]{2}                       # nothing but a postcode, a day, a long number
    |\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[\ T][\d:.]+)?
    |\+?\d[\d\ ]{5,}\d)""",
    re.I | re.X | re.S,
)
DATA_CELL = re.compile(r"(?!\d{4}[-/]\d{2}$)\+?\d[\d .,/:-]{4,}|\d{1,2}[-/ ][a-z]{3,9}[-/ ]\d{2,4}", re.I)
ROWS_LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class StaffField:
    """A field of staff records: what it means and the headings it is known by, the best first.

    `kind` is text, number, date, flag, month or identifier; `special` marks a special category.
    """

    name: str
    kind: str
    means: str
    headings: tuple[str, ...]
    special: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """Which heading each field was found under, and what was dropped, not taken, or left out as asked."""

    taken: Mapping[str, str]
    dropped: tuple[str, ...]
    unused: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    def cells(self, raw: RawTable, name: str) -> list[str] | None:
        """The cells of a field, or None where the file has no such column."""
        return raw.column(self.taken[name]) if name in self.taken else None

    def coded(self, raw: RawTable, name: str) -> Coded[str] | None:
        """As `cells`, each distinct text once."""
        return raw.coded(self.taken[name]) if name in self.taken else None


@cache
def staff_fields() -> dict[str, StaffField]:
    fields = load_yaml("staff_headings.yaml")["fields"]
    return {
        name: StaffField(name, entry["kind"], entry["means"], tuple(entry["headings"]), entry.get("special", False))
        for name, entry in fields.items()
    }


@cache
def _dropped_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in load_yaml("staff_headings.yaml")["dropped"])


def is_personal(heading: str) -> bool:
    """Whether a heading is that of a name, an NI number, an address or the like."""
    return any(pattern.fullmatch(plain(heading)) for pattern in _dropped_patterns())


def found_fields(headings: Iterable[str], options: ReadOptions) -> dict[str, str]:
    """field -> plain heading, for the fields that these headings hold, the user's own choice first."""
    present = {plain(h) for h in headings if h}
    chosen = {name: plain(heading) for name, heading in options.columns.items() if plain(heading) in present}
    used = set(chosen.values())
    for name, field in staff_fields().items():
        if name in chosen:
            continue
        match = next((h for h in field.headings if h in present and h not in used), None)
        if match is not None:
            chosen[name] = match
            used.add(match)
    return chosen


def find_staff_headings(
    sheets: Sequence[Sheet], options: ReadOptions, fits: Callable[[Mapping[str, str], Sheet, int], bool]
) -> Match | None:
    """The first row that `fits` by the fields it holds; a row with somebody's data in it is no row of headings.

    A workbook may have such a row on several sheets. The first is read, and a remark says how many are not.
    """
    matches = [Match(sheet, row) for sheet in sheets if (row := _heading_row(sheet, options, fits)) is not None]
    if len(matches) < 2:
        return matches[0] if matches else None
    remark = f"only the first of {len(matches)} sheets with these headings was read; save the others as files"
    sheet = matches[0].sheet
    return replace(matches[0], sheet=replace(sheet, remarks=[*sheet.remarks, remark]))


def _heading_row(
    sheet: Sheet, options: ReadOptions, fits: Callable[[Mapping[str, str], Sheet, int], bool]
) -> int | None:
    for i, row in enumerate(sheet.rows[:HEADING_ROWS_SEARCHED]):
        if fits(found_fields([plain(cell) for cell in row], options), sheet, i) and not any(map(is_data, row)):
            return i
    return None


def is_data(cell: str) -> bool:
    """Whether a cell is somebody's number, day, NI number or e-mail address, so that its row is no headings."""
    return DATA_CELL.fullmatch(cell) is not None or is_personal_cell(cell)


def is_personal_cell(cell: str) -> bool:
    """Whether a cell that should name a place or a kind holds something of a person's instead."""
    return PERSONAL_CELL.fullmatch(cell) is not None


def map_columns(raw: RawTable, options: ReadOptions, wanted: Sequence[str], needed: Sequence[str]) -> Columns:
    """The columns of the wanted fields; everything else is dropped (personal) or unused.

    Raises FileNotUnderstood when the user named a field or a heading that does not exist, a column of
    names as something to keep, or a needed field as one to leave out.
    """
    _refuse_unknown_columns(raw, options)
    left_out = fields_left_out(raw, options, needed)
    by_plain = {plain(h): h for h in reversed(raw.headings) if h}
    found = {name: by_plain[h] for name, h in found_fields(raw.headings, options).items()}
    found = _organisation_by_its_codes(raw, found)
    taken = {n: h for n, h in found.items() if n in wanted and n not in left_out}
    dropped = [h for h in raw.headings if is_personal(h) and h not in taken.values()]
    mixed = {}
    for name, heading in list(taken.items()):
        if staff_fields()[name].kind == "text" and (what := _personal_content(raw.coded(heading))):
            del taken[name]
            mixed[heading] = f"{heading} (it holds {what})"
    asked = {found[name] for name in left_out if name in found}
    gone = {*taken.values(), *dropped, *mixed, *asked}
    unused = tuple(h for h in raw.headings if h not in gone)
    return Columns(taken, (*dropped, *mixed.values()), unused, tuple(sorted(left_out)))


def fields_left_out(raw: RawTable, options: ReadOptions, needed: Sequence[str]) -> frozenset[str]:
    """The fields not to take, named as fields or by their headings.

    Raises FileNotUnderstood for a name that is neither: a misspelt one would keep what was to be left out.
    """
    present = {plain(h) for h in raw.headings}
    by_heading = {h: name for name, field in staff_fields().items() for h in field.headings}
    by_heading |= {h: name for name, h in found_fields(raw.headings, options).items()}
    fields: set[str] = set()
    for name in sorted(options.leave_out):
        field = name if name in staff_fields() else by_heading.get(plain(name))
        if field is None and plain(name) not in present:
            raise FileNotUnderstood(
                f"{raw.file} has nothing called {name} that could be left out.",
                found=f"--leave-out {name}",
                attempt=f"a heading of the file, or one of {listed(sorted(staff_fields()), 40)}",
            )
        if field in needed:
            raise FileNotUnderstood(
                f"{raw.file} cannot be read without {field}.",
                found=f"--leave-out {name}",
                attempt="leave that option out; numbers of people are kept only as keyed hashes",
            )
        fields.add(field or name)
    return frozenset(fields)


def _refuse_unknown_columns(raw: RawTable, options: ReadOptions) -> None:
    unknown = sorted(set(options.columns) - set(staff_fields()))
    if unknown:
        raise FileNotUnderstood(
            f"Staff records have no field called {unknown[0]}.",
            found=f"--column {unknown[0]}=…",
            attempt=f"one of {listed(sorted(staff_fields()), 40)}",
        )
    present = {plain(h) for h in raw.headings}
    for name, heading in options.columns.items():
        if plain(heading) not in present:
            raise FileNotUnderstood(
                f'{raw.file} has no heading "{heading}".',
                found=f"headings {listed(raw.headings, 30)}",
                attempt=f'--column {name}="…" with one of these',
            )
        if is_personal(heading) and staff_fields()[name].kind != "identifier":
            raise FileNotUnderstood(
                f"A column of names, NI numbers or addresses is never kept, also not as {name}.",
                found=f'--column {name}="{heading}"',
                attempt=f"name another column for {name}, or none",
            )


def _organisation_by_its_codes(raw: RawTable, found: dict[str, str]) -> dict[str, str]:
    """A column headed Organisation is the ward in ESR and the employer elsewhere: its cells tell which."""
    heading = found.get("unit")
    if heading is None or "organisation" in found or plain(heading) not in ("organisation", "organization"):
        return found
    cells = {c for c in raw.coded(heading).values if c}
    if cells and all(ODS_CODE.fullmatch(c.upper()) for c in cells):
        rest = {name: h for name, h in found.items() if name != "unit"}
        return rest | {"organisation": heading}
    return found


def _personal_content(cells: Coded[str]) -> str | None:
    """What of a person's at least a fifth of the first cells hold; a stray one is left to `is_personal_cell`."""
    looked_at = Counter(cell for cell in cells.rows(np.arange(len(cells.codes))[:ROWS_LOOKED_AT]).each() if cell)
    for what, pattern in PERSONAL_CELLS.items():
        hits = sum(n for cell, n in looked_at.items() if pattern.fullmatch(cell))
        if hits and hits * 5 >= looked_at.total():
            return what
    return None
