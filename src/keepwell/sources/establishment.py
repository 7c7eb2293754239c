"""An establishment: how many posts does each unit have for each staff group?

One row a month, organisation, unit and staff group with the posts in FTE, and staff in post where the file has
them. Rows of totals are checked against their parts and left out. Several rows of the same unit and staff group, such
as one a band, are added up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan

import pyarrow as pa

from keepwell.errors import FileNotUnderstood, counted, listed, rows_named
from keepwell.periods import Month
from keepwell.records.flows import ALL_STAFF_GROUPS
from keepwell.records.posts import ALL_UNITS, ESTABLISHMENT
from keepwell.records.staff import NOT_KNOWN
from keepwell.sources.absence_columns import OF_A_PERSON, day_comes_first, is_everything, month_in, refuse_persons
from keepwell.sources.cells import CellNotUnderstood, decimal_comma, is_missing, read_number
from keepwell.sources.formats import Decision, Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.ods_cells import FieldTable, Headings, code_in, match_headings, text_in
from keepwell.sources.reading import LeftOut, Sheet, map_distinct, plain, repeated_rows, table_below
from keepwell.sources.staff_months import MONTH_AHEAD, month_in_titles
from keepwell.sources.staff_positions import future_month

HEADINGS: Headings = {
    "month": ("month", "date", "month end", "month ending", "as at", "as at date", "period", "period end"),
    "organisation": (
        *("organisation code", "org code", "ods code", "trust code", "organisation", "trust"),
        *("employer code", "vpd"),
    ),
    "organisation_name": ("organisation name", "org name", "trust name"),
    "unit": ("unit", "ward", "team", "department", "cost centre name", "cost centre description", "cost centre"),
    "staff_group": ("staff group", "staff group name", "staffing group"),
    "posts_fte": (
        *("posts fte", "posts in fte", "fte posts", "posts wte", "establishment fte", "establishment wte"),
        *("funded establishment", "funded establishment fte", "funded establishment wte", "funded fte", "funded wte"),
        *("budgeted fte", "budgeted wte", "budget fte", "budget wte", "fte budgeted", "wte budgeted", "fte budget"),
        *("wte budget", "planned fte", "planned wte", "establishment", "budgeted establishment"),
    ),
    "staff_in_post_fte": (
        *("staff in post fte", "staff in post wte", "fte staff in post", "in post fte", "in post wte", "sip fte"),
        *("sip wte", "fte in post", "wte in post", "actual fte", "actual wte", "contracted fte", "contracted wte"),
        *("fte actual", "wte actual", "fte contracted", "wte contracted", "staff in post"),
    ),
}
NEEDED = ("posts_fte",)
NO_POSTS = "no number of posts"
TOTAL = "a total beside its parts, checked and not added"
REPEATED = "a repeated row"
Cell = tuple[int, str, str, str]


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """A row of headings with posts and a unit, a staff group or an organisation, and nothing of a person."""
    match = match_headings(sheets, HEADINGS, NEEDED, options)
    if match is None or match.heading_row is None:
        return None
    headings = {plain(cell) for cell in match.sheet.rows[match.heading_row]}
    whose = {h for name in ("unit", "staff_group", "organisation") for h in HEADINGS[name]}
    named = options.format == FORMAT.name
    return match if named or (headings & whose and not headings & OF_A_PERSON) else None


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as establishment.

    Raises FileNotUnderstood for rows of persons, for cells that are no number of posts, and where month or
    organisation cannot be told; DecisionNeeded where nothing tells whether day or month comes first.
    """
    assert match.heading_row is not None
    refuse_persons(file, match.sheet.rows[match.heading_row])
    raw = table_below(file, match.sheet, match.heading_row)
    posts = _Posts(file, options, FieldTable.of(raw, HEADINGS, options))
    rows = posts.rows()
    if not rows:
        raise FileNotUnderstood(
            f"{file} has the headings of an establishment but no row that can be used.",
            found=f"{counted(len(raw.row_numbers), 'row')}",
            attempt="one row a month, organisation, unit and staff group, with the posts in FTE",
        )
    cells = posts.added_up(rows)
    set_aside = posts.set_aside({row.number for row in rows})
    months = sorted({month for month, _, _, _ in cells})
    if Month(months[-1]).last_day > options.today + MONTH_AHEAD:
        posts.decisions.append(future_month(file, Month(months[-1])))
    return Reading(
        tables={"establishment": posts.table_of(cells)},
        organisations=tuple(sorted({organisation for _, organisation, _, _ in cells})),
        first_month=Month(months[0]),
        last_month=Month(months[-1]),
        rows_read=len(raw.row_numbers) + sum(len(x.rows) for x in raw.left_out),
        rows_taken=len(raw.row_numbers) - sum(len(x.rows) for x in set_aside),
        left_out=(*raw.left_out, *set_aside),
        remarks=(*raw.remarks, *posts.remarks),
        decisions=tuple(posts.decisions),
        found_columns=posts.table.found,
    )


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    month: int
    organisation: str
    unit: str
    staff_group: str
    posts: float
    staff: float | None


@dataclass(slots=True)
class _Fte:
    posts: float = 0.0
    staff: float | None = None
    rows: int = 0

    def add(self, row: _Row) -> None:
        self.posts += row.posts
        self.rows += 1
        if row.staff is not None:
            self.staff = (self.staff or 0.0) + row.staff


@dataclass(slots=True)
class _Posts:
    """The rows of one file, and what was found wrong with them."""

    file: str
    options: ReadOptions
    table: FieldTable
    problems: dict[str, list[int]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    names: dict[str, str | None] = field(default_factory=dict)

    @property
    def _has_staff(self) -> bool:
        return "staff_in_post_fte" in self.table.found

    def rows(self) -> list[_Row]:
        """Rows that can be placed and are no totals."""
        numbers, repeated = self.table.numbers, set(repeated_rows(self.table.raw))
        posts, staff = self._numbers("posts_fte"), self._numbers("staff_in_post_fte")
        units = self._words("unit", ALL_UNITS)
        groups = self._words("staff_group", ALL_STAFF_GROUPS)
        rows, without_staff = [], []
        places = zip(numbers, self._months(), self._organisations(), units, groups, posts, staff, strict=True)
        for number, month, organisation, unit, group, there, filled in places:
            if number in repeated:
                self._complain(REPEATED, number)
            elif month is None or organisation is None:
                self._complain("no month" if month is None else "no code of an organisation", number)
            elif there is None:
                self._complain(NO_POSTS, number)
            elif filled is None and self._has_staff:
                self._complain("no staff in post", number)
                without_staff.append(number)
            else:
                rows.append(_Row(number, month.index, organisation, unit, group, there, filled))
        self._decide(rows, without_staff)
        return self._parts(rows)

    def _decide(self, rows: Sequence[_Row], without_staff: list[int]) -> None:
        if without_staff:
            self._decision(
                "no-staff-in-post",
                f"{counted(len(without_staff), 'row')} with posts and nothing under staff in post.",
                without_staff,
                "write 0 where nobody is in post; --accept no-staff-in-post to leave these rows out",
            )
        below = [row.number for row in rows if row.posts < 0 or (row.staff or 0) < 0]
        if below:
            self._decision(
                "below-nought",
                "Posts or staff in post below nought, such as savings still to be found.",
                below,
                "--accept below-nought if they are to be subtracted from the others",
            )

    def _decision(self, code: str, wrong: str, rows: list[int], attempt: str) -> None:
        self.decisions.append(Decision(code, wrong, rows_named(rows), attempt, blocks=True))

    def _complain(self, reason: str, number: int) -> None:
        self.problems.setdefault(reason, []).append(number)

    def set_aside(self, taken: set[int]) -> list[LeftOut]:
        return [LeftOut(reason, [n for n in rows if n not in taken]) for reason, rows in self.problems.items()]

    def _months(self) -> list[Month | None]:
        cells, options = self.table.cells("month"), self.options
        if "month" not in self.table.found:
            month = options.month or month_in_titles(self.table.raw.titles)
            if month is None:
                raise FileNotUnderstood(
                    f"{self.file} does not say of which month it is.",
                    found=f"headings {listed(self.table.raw.headings, 20)}",
                    attempt='--month 2025-10, or name the heading: --column month="…"',
                )
            return [month] * len(cells)
        first = day_comes_first(self.file, cells, options, None)
        return map_distinct(cells, lambda cell: month_in(cell, first, options))

    def _organisations(self) -> list[str | None]:
        cells, told = self.table.cells("organisation"), self.options.organisation
        codes = map_distinct(cells, code_in)
        if not any(codes):
            if told is None:
                raise FileNotUnderstood(
                    f"{self.file} does not say which organisation it is about.",
                    found=f"headings {listed(self.table.raw.headings, 20)}",
                    attempt="--organisation with its ODS code",
                )
            return [told.upper()] * len(cells)
        for code, name in zip(codes, self.table.cells("organisation_name"), strict=True):
            if code:
                self.names.setdefault(code, text_in(name))
        return codes

    def _words(self, name: str, default: str) -> list[str]:
        if name not in self.table.found:
            return [default] * len(self.table.numbers)

        def word(cell: str) -> str:
            return default if is_everything(cell) else text_in(cell) or NOT_KNOWN

        return map_distinct(self.table.cells(name), word)

    def _numbers(self, name: str) -> list[float | None]:
        """FTE, null where nothing or a marker stands. Raises FileNotUnderstood for a cell that is neither."""
        cells = self.table.cells(name)
        comma = decimal_comma(cells)

        def number(cell: str) -> float | None:
            try:
                return None if is_missing(cell) else read_number(cell, comma)
            except CellNotUnderstood:
                return float("nan")

        found = map_distinct(cells, number)
        bad = [n for n, value in zip(self.table.numbers, found, strict=True) if value is not None and isnan(value)]
        if bad:
            raise FileNotUnderstood(
                f"{self.file} has cells in {self.table.found[name]} that are no numbers.",
                found=rows_named(bad),
                attempt="export the file again; a post and a half is 1.5",
            )
        return found

    def _parts(self, rows: Sequence[_Row]) -> list[_Row]:
        """Rows that are no totals of others of the same month and organisation; totals are checked and left out."""
        of_place: dict[tuple[int, str], list[_Row]] = defaultdict(list)
        for row in rows:
            of_place[row.month, row.organisation].append(row)
        found: list[_Row] = []
        wrong: list[int] = []
        for here in of_place.values():
            by_unit = any(row.unit != ALL_UNITS for row in here)
            by_group = any(row.staff_group != ALL_STAFF_GROUPS for row in here)
            parts = [
                row
                for row in here
                if (row.unit != ALL_UNITS or not by_unit) and (row.staff_group != ALL_STAFF_GROUPS or not by_group)
            ]
            for total in here:
                if total not in parts:
                    self._complain(TOTAL, total.number)
                    wrong += [] if _is_sum(total, parts) else [total.number]
            found += parts
        if wrong:
            self._decision(
                "totals-differ",
                f"{counted(len(wrong), 'total')} of posts or staff in post differ from the sum of the rows.",
                wrong,
                "check that no row is missing; --accept totals-differ to go by the rows",
            )
        return found

    def added_up(self, rows: Sequence[_Row]) -> Mapping[Cell, _Fte]:
        cells: dict[Cell, _Fte] = defaultdict(_Fte)
        for row in rows:
            cells[row.month, row.organisation, row.unit, row.staff_group].add(row)
        if more := sum(x.rows for x in cells.values() if x.rows > 1):
            self.remarks.append(f"{counted(more, 'row')} of the same unit and staff group as others, added up")
        return cells

    def table_of(self, cells: Mapping[Cell, _Fte]) -> pa.Table:
        rows = [
            dict(
                zip(
                    ESTABLISHMENT.names, (month, code, self.names.get(code), unit, group, x.posts, x.staff), strict=True
                )
            )
            for (month, code, unit, group), x in sorted(cells.items())
        ]
        return pa.Table.from_pylist(rows, schema=ESTABLISHMENT)


ROUNDED_TO = 0.01


def _is_sum(total: _Row, parts: Sequence[_Row]) -> bool:
    """Whether a total is the sum of its parts, each rounded to two decimals."""
    its = [
        row
        for row in parts
        if total.unit in (ALL_UNITS, row.unit) and total.staff_group in (ALL_STAFF_GROUPS, row.staff_group)
    ]
    slack = ROUNDED_TO * (len(its) + 1) / 2 + 1e-6
    posts = abs(sum(row.posts for row in its) - total.posts)
    staff = 0.0 if total.staff is None else abs(sum(row.staff or 0.0 for row in its) - total.staff)
    return posts <= slack and staff <= slack


FORMAT = SourceFormat(
    name="establishment",
    title="Establishment: posts by organisation, unit and staff group",
    published=False,
    about=__doc__ or "",
    needs=("month", "organisation", *NEEDED),
    recognise=recognise,
    read=read,
    headings=HEADINGS,
)
