"""Do the days of absence in a file agree with one another, and which rows are totals of others?

However a file is laid out, it comes here as lines: a month, a place, a staff group, a reason and two counts of
days. Totals are checked against their parts and never added to them; what does not agree is refused or is for
the user to decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pyarrow as pa

from keepwell.errors import FileNotUnderstood, counted, listed, rows_named
from keepwell.periods import Month
from keepwell.records.absence import ABSENCE, ALL_REASONS, ENGLAND, STAFF_GROUPS_WITHIN
from keepwell.records.flows import ALL_STAFF_GROUPS
from keepwell.sources.formats import Decision, Reading, ReadOptions
from keepwell.sources.reading import LeftOut
from keepwell.sources.staff_months import MONTH_AHEAD
from keepwell.sources.staff_positions import future_month

REPEATED: Final = "a repeated row"
TOTAL: Final = "a total beside its parts, checked and not added"
WITHHELD: Final = "no days lost or no days available: withheld or not applicable"
ONE_DAY: Final = 1.0

Cell = tuple[int, str, str]
"""A month, an organisation and a staff group."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whom a line is about. Without an organisation it is a total: of an ICB, of a region, or of England."""

    organisation: str | None = None
    organisation_name: str | None = None
    region: str | None = None
    region_name: str | None = None
    icb: str | None = None
    icb_name: str | None = None
    organisation_type: str | None = None

    @property
    def total_of(self) -> tuple[str, str]:
        """What a total is of: ("icb", code), ("region", code) or ("england", "")."""
        if self.icb or self.icb_name:
            return "icb", self.icb or self.icb_name or ""
        if self.region or self.region_name:
            return "region", self.region or self.region_name or ""
        return "england", ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row's days. `lost` and `available` are null where the file has a marker in place of a number."""

    number: int
    month: int
    place: Place
    staff_group: str
    reason: str
    lost: float | None
    available: float | None


@dataclass(slots=True)
class AbsenceFile:
    """A file of absence on its way to canonical rows: what was found wrong is gathered here."""

    file: str
    options: ReadOptions
    published: bool
    decimals: int = 5
    name_rows: Callable[[list[int]], str] = rows_named
    problems: dict[str, list[int]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    def complain(self, reason: str, number: int) -> None:
        self.problems.setdefault(reason, []).append(number)

    def reading(
        self,
        lines: Sequence[Line],
        *,
        rows_read: int,
        left_out: Sequence[LeftOut],
        found_columns: Mapping[str, str],
    ) -> Reading:
        """The lines as a Reading.

        Raises FileNotUnderstood where no line can be used, where two say different things of the same, and
        where the days available of one group differ from reason to reason.
        """
        every = self._each_once(lines)
        totals = [x for x in every if x.place.organisation is None]
        parts = [x for x in every if x.place.organisation is not None]
        england = _without_parts(totals, parts)
        self._set_aside([x for x in totals if x not in england], [*england, *parts])
        usable = self._without_withheld([*parts, *map(_as_england, england)])
        self._refuse_senseless(usable, rows_read)
        self._check_totals(totals, parts)
        rows = self._with_totals(usable)
        months = sorted({x.month for x in usable})
        if Month(months[-1]).last_day > self.options.today + MONTH_AHEAD:
            self.decisions.append(future_month(self.file, Month(months[-1])))
        set_aside = self._rows_set_aside(usable)
        return Reading(
            tables={"absence": rows},
            organisations=tuple(sorted({str(x.place.organisation) for x in usable})),
            first_month=Month(months[0]),
            last_month=Month(months[-1]),
            rows_read=rows_read + sum(len(x.rows) for x in left_out),
            rows_taken=rows_read - sum(len(x.rows) for x in set_aside),
            left_out=(*left_out, *set_aside),
            remarks=tuple(self.remarks),
            decisions=tuple(self.decisions),
            found_columns=found_columns,
        )

    def _rows_set_aside(self, usable: Sequence[Line]) -> list[LeftOut]:
        """Rows of which nothing was taken, each under the first reason for it."""
        counted_already = {x.number for x in usable}
        found = []
        for reason, numbers in self.problems.items():
            rows = sorted(set(numbers) - (counted_already if reason != REPEATED else set()))
            counted_already |= set(rows)
            found += [LeftOut(reason, rows)] if rows else []
        return found

    def _each_once(self, lines: Sequence[Line]) -> list[Line]:
        """Every line once. Raises FileNotUnderstood where two say different things of the same."""
        seen: dict[tuple[object, ...], Line] = {}
        for line in lines:
            whose = line.place.organisation or line.place.total_of
            key = (line.month, whose, line.staff_group, line.reason)
            before = seen.setdefault(key, line)
            if (before.lost, before.available) != (line.lost, line.available):
                raise FileNotUnderstood(
                    f"{self.file} says two different things about the same month, place, staff group and reason.",
                    found=f"{self.name_rows([line.number])} against {self.name_rows([before.number])}",
                    attempt="download or export the file again; load organisations that were put together under one code",
                )
            if before is not line:
                self.complain(REPEATED, line.number)
        return list(seen.values())

    def _set_aside(self, totals: Sequence[Line], others: Sequence[Line]) -> None:
        """Totals that stand beside their parts. Raises FileNotUnderstood where there is nothing else."""
        if not others:
            raise FileNotUnderstood(
                f"{self.file} has no row of an organisation.",
                found=f"{counted(len(totals), 'row')} of totals" if totals else "no row that can be used",
                attempt="load the table by organisation",
            )
        for line in totals:
            self.complain(TOTAL, line.number)

    def _without_withheld(self, parts: Sequence[Line]) -> list[Line]:
        """Lines with days lost, of staff whose days available are told in this line or in another."""
        known = {_cell(x) for x in parts if x.available is not None and x.lost is not None}
        usable = []
        for line in parts:
            whole = line.reason != ALL_REASONS or line.available is not None
            if line.lost is not None and whole and _cell(line) in known:
                usable.append(line)
            else:
                self.complain(WITHHELD, line.number)
        return usable

    def _refuse_senseless(self, usable: Sequence[Line], rows_read: int) -> None:
        if not usable:
            raise FileNotUnderstood(
                f"{self.file} has no row with days lost and days available, so no rate can be made of it.",
                found=f"{counted(rows_read, 'row')}, none with both",
                attempt="load the table that has both, such as the monthly CSV of NHS Sickness Absence Rates",
            )
        more = [x.number for x in usable if x.available is not None and (x.lost or 0) > x.available + ONE_DAY]
        if more:
            self.decisions.append(
                Decision(
                    "more-lost-than-available",
                    "More days were lost than there were.",
                    self.name_rows(more),
                    "check that the columns are the right ones; --accept more-lost-than-available if they are",
                    blocks=True,
                )
            )

    def _check_totals(self, totals: Sequence[Line], parts: Sequence[Line]) -> None:
        """Whether totals of places are the sums of their organisations, within rounding; else a decision."""
        sums = _sums_of_places(parts)
        wrong: list[int] = []
        unchecked: list[int] = []
        unexplained = False
        for line in totals if parts else []:
            key = (*line.place.total_of, line.month, line.staff_group, line.reason)
            if key not in sums:
                unchecked.append(line.number)
            elif not self._agrees(line, sums[key]):
                wrong.append(line.number)
                unexplained |= not sums[key].withheld
        if unchecked:
            self.remarks.append(f"{counted(len(set(unchecked)), 'row')} of totals without parts to check them by")
        if wrong:
            self.decisions.append(
                Decision(
                    "totals-differ",
                    f"{counted(len(wrong), 'total')} of England, regions or ICBs differ from the sum of the organisations.",
                    self.name_rows(wrong) + ("" if unexplained else "; days of some of the organisations are withheld"),
                    "check that no organisation is missing; --accept totals-differ to load the organisations as they are",
                    blocks=unexplained,
                )
            )

    def _agrees(self, line: Line, sums: _Sums) -> bool:
        whole = line.reason == ALL_REASONS  # of one reason only the days lost are its own
        return all(
            told is None or abs(told - added) <= self.slack(sums.lines)
            for told, added in ((line.lost, sums.lost), (line.available, sums.available))[: 1 + whole]
        )

    def _with_totals(self, usable: Sequence[Line]) -> pa.Table:
        """Canonical rows, with the row of all reasons and of all staff groups where the file leaves it out."""
        cells: dict[Cell, dict[str, Line]] = defaultdict(dict)
        places: dict[tuple[int, str], Place] = {}
        for line in usable:
            organisation = str(line.place.organisation)
            cells[line.month, organisation, line.staff_group][line.reason] = line
            places[line.month, organisation] = line.place
        days = {cell: self._all_reasons(lines) for cell, lines in cells.items()}
        self._tell_of_reasons(cells)
        days |= self._all_staff_groups(days)
        return _table(days, cells, places)

    def _all_reasons(self, lines: Mapping[str, Line]) -> tuple[float, float]:
        """Days lost for all reasons, and days available, of one month, organisation and staff group."""
        available = {round(x.available, 2) for x in lines.values() if x.available is not None}
        if len(available) > 1:
            raise FileNotUnderstood(
                f"{self.file} has different days available for the same staff from reason to reason.",
                found=self.name_rows(sorted(x.number for x in lines.values())),
                attempt="give the days available of the whole staff group in every row, or only in the row of all reasons",
            )
        told = lines.get(ALL_REASONS)
        lost = told.lost if told and told.lost is not None else sum(x.lost or 0.0 for x in lines.values())
        return lost, next(x.available for x in lines.values() if x.available is not None)

    def _tell_of_reasons(self, cells: Mapping[Cell, Mapping[str, Line]]) -> None:
        """Whether reasons add up to the total where both are told, and whether totals were made."""
        made = sum(1 for lines in cells.values() if ALL_REASONS not in lines)
        if made:
            self.remarks.append(f"{counted(made, 'group')} without a row of all reasons: their reasons were added up")
        differ = sorted(
            lines[ALL_REASONS].number
            for lines in cells.values()
            if ALL_REASONS in lines and len(lines) > 1 and not self._reasons_agree(lines)
        )
        if differ:
            self.decisions.append(
                Decision(
                    "reasons-differ",
                    f"In {counted(len(differ), 'group')} the days lost by reason do not add up to those of all reasons.",
                    self.name_rows(differ),
                    "shares by reason will not add up to the rate; check that no reason is missing",
                    blocks=False,
                )
            )

    def _reasons_agree(self, lines: Mapping[str, Line]) -> bool:
        added = sum(x.lost or 0.0 for reason, x in lines.items() if reason != ALL_REASONS)
        return abs(added - (lines[ALL_REASONS].lost or 0.0)) <= self.slack(len(lines))

    def slack(self, numbers: int) -> float:
        """How far a sum of so many numbers may be from a total when each is rounded as the file's are."""
        return 0.501 * 0.1**self.decimals * (numbers + 1) + 1e-6

    def _all_staff_groups(self, days: Mapping[Cell, tuple[float, float]]) -> dict[Cell, tuple[float, float]]:
        """The rows of all staff groups that the file leaves out, added up where no group is part of another."""
        groups: dict[tuple[int, str], list[str]] = defaultdict(list)
        for month, organisation, group in days:
            groups[month, organisation].append(group)
        without = {where: names for where, names in groups.items() if ALL_STAFF_GROUPS not in names}
        if not without:
            return {}
        sums_of_others = any(name.casefold() in STAFF_GROUPS_WITHIN for names in without.values() for name in names)
        if self.published or sums_of_others:
            self.decisions.append(_missing_totals(sorted({organisation for _, organisation in without})))
            return {}
        organisations = len({organisation for _, organisation in without})
        self.remarks.append(
            f"{counted(organisations, 'organisation')} without a row of {ALL_STAFF_GROUPS.lower()}: the groups were added up"
        )
        made = {}
        for (month, organisation), names in without.items():
            parts = [days[month, organisation, name] for name in names]
            made[month, organisation, ALL_STAFF_GROUPS] = (
                sum(lost for lost, _ in parts),
                sum(there for _, there in parts),
            )
        return made


def _without_parts(totals: Sequence[Line], parts: Sequence[Line]) -> set[Line]:
    """The lines of England for staff groups and reasons of which the file tells no organisation's days.

    They stand for themselves, together with the line of all reasons of the same staff.
    """
    told = {(x.staff_group, x.reason) for x in parts}
    england = [x for x in totals if x.place.total_of[0] == "england"]
    alone = {(x.month, x.staff_group) for x in england if (x.staff_group, x.reason) not in told}
    return {x for x in england if (x.month, x.staff_group) in alone}


def _as_england(line: Line) -> Line:
    return replace(line, place=Place(ENGLAND, ENGLAND))


def _cell(line: Line) -> Cell:
    return line.month, str(line.place.organisation), line.staff_group


@dataclass(slots=True)
class _Sums:
    lost: float = 0.0
    available: float = 0.0
    lines: int = 0
    withheld: bool = False


def _sums_of_places(parts: Sequence[Line]) -> dict[tuple[object, ...], _Sums]:
    """Days of all organisations of England, of each region and of each ICB, by month, staff group and reason."""
    sums: dict[tuple[object, ...], _Sums] = defaultdict(_Sums)
    for line in parts:
        place = line.place
        regions = {("region", x) for x in (place.region, place.region_name) if x}
        icbs = {("icb", x) for x in (place.icb, place.icb_name) if x}
        for total_of in {("england", ""), *regions, *icbs}:
            added = sums[*total_of, line.month, line.staff_group, line.reason]
            added.lost += line.lost or 0.0
            added.available += line.available or 0.0
            added.lines += 1
            added.withheld |= line.lost is None or (line.available is None and line.reason == ALL_REASONS)
    return sums


def _missing_totals(organisations: list[str]) -> Decision:
    return Decision(
        "missing-totals",
        f'{counted(len(organisations), "organisation")} with staff groups and no "{ALL_STAFF_GROUPS}" row.',
        found=listed(organisations),
        attempt="they will be missing from totals; download the file again if they should not be",
        blocks=False,
    )


def _table(
    days: Mapping[Cell, tuple[float, float]],
    cells: Mapping[Cell, Mapping[str, Line]],
    places: Mapping[tuple[int, str], Place],
) -> pa.Table:
    columns: dict[str, list[object]] = {name: [] for name in ABSENCE.names}
    for cell in sorted(days):
        month, organisation, group = cell
        place = places[month, organisation]
        lost_for = {r: x.lost for r, x in cells.get(cell, {}).items() if r != ALL_REASONS}
        for reason, lost, available in ((ALL_REASONS, *days[cell]), *((r, x, None) for r, x in lost_for.items())):
            row = (
                *(month, organisation, place.organisation_name, place.region, place.region_name, place.icb),
                *(place.icb_name, place.organisation_type, group, reason, lost, available),
            )
            for name, value in zip(columns, row, strict=True):
                columns[name].append(value)
    return pa.table(columns, schema=ABSENCE)
