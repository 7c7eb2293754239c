"""What do the columns of a general practice file say, practice by practice?

Shared by the files that tell of practices: their places, months and numbers, and the staff of each group in
three breakdowns (total, role, age).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import pyarrow as pa

from keepwell.content import load_yaml
from keepwell.errors import DecisionNeeded, FileNotUnderstood, listed, rows_named
from keepwell.periods import Month, read_month
from keepwell.records.general_practice import (
    BY_AGE,
    BY_ROLE,
    GP,
    PLACE,
    PRACTICE_PATIENTS,
    PRACTICE_STAFF,
    TOTAL,
    age_band_named,
    role_group_of,
)
from keepwell.records.staff import NOT_KNOWN
from keepwell.sources.cells import CellNotUnderstood, is_missing, is_suppressed, read_number
from keepwell.sources.formats import Decision, ReadOptions
from keepwell.sources.ods_cells import FieldTable, text_in
from keepwell.sources.reading import RawTable, map_distinct, plain
from keepwell.sources.staff_months import MONTH_AHEAD, month_in_titles
from keepwell.sources.staff_positions import future_month

PLACE_HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "pcn": ("pcn code",),
    "pcn_name": ("pcn name",),
    "sub_icb": ("sub icb code", "sub icb location code", "ccg code"),
    "sub_icb_name": ("sub icb name", "sub icb location name", "ccg name"),
    "icb": ("icb code", "stp code", "ics code"),
    "icb_name": ("icb name", "stp name", "ics name"),
    "region": ("comm region code", "region code", "nhse region code", "region geog code"),
    "region_name": ("comm region name", "region name", "nhse region name", "region geog name"),
}
NO_DATA: Final = frozenset({"nd", "no data", "not available", "x"})
OTHER_ROLE: Final = "Other or not stated"
LOCUM_OR_TRAINEE: Final = "Locum or in training"
SALARIED_OR_RETAINER: Final = "Salaried or retainer"
ROUNDING: Final = 0.05
"""Less than this is left over by rounding alone."""
_AGE = re.compile(r"total (gp|nurses|dpc|admin) (hc|fte) (under ?\d\d|\d\d ?to ?\d\d|\d\d ?plus|unknown age)")
_AGE_GROUPS: Final = {"gp": GP, "nurses": "Nurses", "dpc": "Direct patient care", "admin": "Admin/non-clinical"}


@dataclass(frozen=True, slots=True)
class Amount:
    """People and contracted time; None where the file has no data."""

    headcount: float | None
    fte: float | None

    @property
    def known(self) -> bool:
        return self.headcount is not None or self.fte is not None

    @property
    def nobody(self) -> bool:
        return not self.headcount and not self.fte


@dataclass(slots=True)
class Rows:
    """Rows of the canonical tables on their way, column by column."""

    staff: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in PRACTICE_STAFF.names})
    patients: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in PRACTICE_PATIENTS.names})

    def add(self, at: Sequence[Any], breakdown: str, group: str, role: str, age_band: str, amount: Amount) -> None:
        """`at`: month, months_in and the place."""
        kind = _kind(group, role) if breakdown == BY_ROLE else (NOT_KNOWN, NOT_KNOWN)
        cells = (*at, breakdown, group, role, *kind, age_band, amount.headcount, amount.fte)
        for column, cell in zip(self.staff.values(), cells, strict=True):
            column.append(cell)

    def add_patients(self, at: Sequence[Any], patients: float | None) -> None:
        for column, cell in zip(self.patients.values(), (*at, patients), strict=True):
            column.append(cell)

    def tables(self) -> dict[str, pa.Table]:
        return {
            "practice_staff": pa.table(self.staff, schema=PRACTICE_STAFF),
            "practice_patients": pa.table(self.patients, schema=PRACTICE_PATIENTS),
        }


@cache
def _kind(group: str, role: str) -> tuple[str, str]:
    if group == GP and role == LOCUM_OR_TRAINEE:
        return "Locum or trainee", NOT_KNOWN
    if group == GP and role == SALARIED_OR_RETAINER:
        return SALARIED_OR_RETAINER, "yes"
    found = role_group_of(group, role)
    return found.name, found.fully_qualified


def numbers(raw: RawTable, heading: str) -> list[float | None]:
    """The counts of a column; None for NA, ND, a blank and the like.

    Raises FileNotUnderstood for a cell that is no count.
    """

    def number(cell: str) -> float | None:
        if is_missing(cell) or plain(cell) in NO_DATA or is_suppressed(cell):
            return None
        try:
            value = read_number(cell)
        except CellNotUnderstood:
            return float("nan")
        return float("nan") if value is None or value < 0 else value

    values = map_distinct(raw.column(heading), number)
    bad = [n for n, value in zip(raw.row_numbers, values, strict=True) if value is not None and math.isnan(value)]
    if bad:
        raise FileNotUnderstood(
            f"{raw.file} has cells in {heading} that are not counts.",
            found=rows_named(bad),
            attempt="download the file again; do not edit it in a spreadsheet",
        )
    return values


@cache
def _role_stems() -> tuple[tuple[str, str, str], ...]:
    """(plain stem, staff group, role) of each heading of a role."""
    content = load_yaml("general_practice_roles.yaml")
    prefixes = {e["prefix"]: e["name"] for e in content["staff_groups"]}
    return tuple(
        (plain(e["stem"]), next(g for p, g in prefixes.items() if e["stem"].startswith(p)), e["name"])
        for e in content["roles"]
    )


@cache
def totals() -> Mapping[str, str]:
    """Each staff group, with the plain stem of its total."""
    return {e["name"]: plain(e["total"]) for e in load_yaml("general_practice_roles.yaml")["staff_groups"]}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of numbers that a file has, read: by plain heading."""

    values: Mapping[str, list[float | None]]
    rows: int

    @classmethod
    def of(cls, raw: RawTable) -> Columns:
        wanted = {f"{stem} {unit}" for stem, _, _ in _role_stems() for unit in ("hc", "fte")}
        wanted |= {f"{stem} {unit}" for stem in (*totals().values(), *HEADLINES) for unit in ("hc", "fte")}
        wanted |= {"total patients"}
        names = {plain(h): h for h in raw.headings}
        taken = {p: h for p, h in names.items() if p in wanted or _AGE.fullmatch(p)}
        return cls({p: numbers(raw, h) for p, h in taken.items()}, len(raw.row_numbers))

    def has(self, stem: str) -> bool:
        return f"{stem} hc" in self.values or f"{stem} fte" in self.values

    def amounts(self, stem: str) -> list[Amount]:
        none: list[float | None] = [None] * self.rows
        headcounts, fte = self.values.get(f"{stem} hc", none), self.values.get(f"{stem} fte", none)
        return [Amount(h, f) for h, f in zip(headcounts, fte, strict=True)]

    def roles(self, group: str) -> dict[str, list[Amount]]:
        """The roles of a staff group that have a column; where grades in training stand apart, not their sum."""
        found = {stem: name for stem, g, name in _role_stems() if g == group and self.has(stem)}
        if any(s.startswith("total gp trn gr ") for s in found):
            found.pop("total gp trn gr", None)
        return {name: self.amounts(stem) for stem, name in found.items()}

    def ages(self, group: str) -> dict[str, list[Amount]]:
        """The age bands of a staff group."""
        prefix = next(p for p, g in _AGE_GROUPS.items() if g == group)
        bands = {found[3] for p in self.values if (found := _AGE.fullmatch(p)) and found[1] == prefix}
        none: list[float | None] = [None] * self.rows
        return {
            age_band_named(band): [
                Amount(h, f)
                for h, f in zip(
                    self.values.get(f"total {prefix} hc {band}", none),
                    self.values.get(f"total {prefix} fte {band}", none),
                    strict=True,
                )
            ]
            for band in sorted(bands)
        }


HEADLINES: Final = ("total gp extg", "total gp exl", "total gp extgl", "total locuum trn")
"""Totals of GPs again: without training grades, without locums, without both; and, sic, locums and training."""


def left_over(total: Amount, parts: Iterable[Amount]) -> Amount:
    """What the parts leave of a total; None where one of the two is not known."""
    every = list(parts)

    def rest(whole: float | None, pieces: Sequence[float | None]) -> float | None:
        return None if whole is None else round(whole - sum(piece or 0.0 for piece in pieces), 6)

    return Amount(rest(total.headcount, [p.headcount for p in every]), rest(total.fte, [p.fte for p in every]))


def add_group(rows: Rows, at: Sequence[Any], group: str, total: Amount, parts: Mapping[str, Amount]) -> bool:
    """One practice's staff of one group: its total, its roles and what they leave. False where they exceed it."""
    rows.add(at, TOTAL, group, NOT_KNOWN, NOT_KNOWN, total)
    if not total.known:
        return True
    for role, amount in parts.items():
        if not amount.nobody:
            rows.add(at, BY_ROLE, group, role, NOT_KNOWN, amount)
    rest = left_over(total, parts.values()).fte
    if rest is not None and rest > ROUNDING:
        # How many people that is cannot be told: somebody in two roles is counted in both.
        rows.add(at, BY_ROLE, group, OTHER_ROLE, NOT_KNOWN, Amount(None, rest))
    return rest is None or rest >= -ROUNDING


def add_ages(rows: Rows, at: Sequence[Any], group: str, ages: Mapping[str, Amount]) -> None:
    for band, amount in ages.items():
        if not amount.nobody:
            rows.add(at, BY_AGE, group, NOT_KNOWN, band, amount)


def places_of(table: FieldTable) -> list[tuple[str | None, ...]]:
    """PCN, sub-ICB, ICB and region of each row, with their names; a name stands for a code that is not there."""
    texts = {name: [text_in(cell) for cell in table.cells(name)] for name in PLACE_HEADINGS}
    columns = []
    for code in PLACE[2::2]:
        codes = [c.upper() if c else None for c in texts[code]] if code in table.found else texts[f"{code}_name"]
        columns += [codes, texts[f"{code}_name"]]
    return list(zip(*columns, strict=True))


def month_told(raw: RawTable, table: FieldTable, options: ReadOptions, example: str) -> tuple[Month, list[str]]:
    """The month of a file of one month: its own columns, else --month, else its name, with what was taken from where.

    Raises FileNotUnderstood where two of them disagree, DecisionNeeded where none tells.
    """
    told = _month_in_columns(raw, table)
    named = month_in_titles([re.sub(r"[_\s–—.]+", " ", raw.file.rsplit(".", 1)[0])])
    for other, where in ((told, "its columns of year and month"), (named, "its name")):
        if options.month is not None and other not in (None, options.month):
            raise FileNotUnderstood(
                f"{raw.file} says another month than {options.month}.",
                found=f"{other} in {where}",
                attempt=f"leave out --month {options.month}; or rename the file if its name is wrong",
            )
    if told is not None and named not in (None, told):
        raise FileNotUnderstood(
            f"{raw.file} says one month in its name and another in its rows.",
            found=f"{named} in its name, {told} in its columns of year and month",
            attempt="rename the file after the month that is right, or download it again",
        )
    if told is not None or options.month is not None:
        month = told or options.month
        assert month is not None
        return month, []
    if named is None:
        raise DecisionNeeded(
            f"{raw.file} does not say of which month it is.",
            found="no column of year and month, and no month in the file's name",
            attempt=f"--month 2024-09, or the name it was published under: {example}",
        )
    return named, [f"Taken as of the end of {named}: the file's name says so"]


def _month_in_columns(raw: RawTable, table: FieldTable) -> Month | None:
    """The one month of the columns year and month, if there are such."""
    if not {"year", "month"} <= table.found.keys():
        return None
    pairs = {(y, m) for y, m in zip(table.cells("year"), table.cells("month"), strict=True) if not is_missing(y)}
    months = {_month(y, m) for y, m in pairs}
    found = sorted(m for m in months if m is not None)
    if None in months or len(found) > 1:
        raise FileNotUnderstood(
            f"{raw.file} does not tell of one month alone.",
            found=f"{table.found['year']} and {table.found['month']}: {listed([str(m) for m in found], 4) or 'no month'}",
            attempt="load the publication's own file of one month",
        )
    return found[0] if found else None


def _month(year: str, month: str) -> Month | None:
    word = read_month(f"{month} {year}".removesuffix(".0"))
    if word is not None:
        return word
    try:
        number, whole = int(float(month)), int(float(year))
    except ValueError:
        return None
    return Month(whole * 12 + number - 1) if 1 <= number <= 12 and 2000 <= whole <= 2200 else None


def ahead(file: str, newest: Month, options: ReadOptions) -> list[Decision]:
    return [future_month(file, newest)] if newest.last_day > options.today + MONTH_AHEAD else []
