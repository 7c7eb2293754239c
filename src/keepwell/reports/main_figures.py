"""How do the main measures stand: their value, what they were a year before, and whether they are changing?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from keepwell.charts.spc_icons import icon
from keepwell.disclosure import Definition, Released
from keepwell.enquiries.changing import SpcAnswer, changing
from keepwell.enquiries.spc_words import ICON_WORDS
from keepwell.errors import EnquiryRefused
from keepwell.measures import measure
from keepwell.periods import Month
from keepwell.reports.changing import FEWEST_POINTS, MOST_POINTS, SMALL_ICON, months_to
from keepwell.reports.leaving import THEIR_STAFF, Asking
from keepwell.reports.sections import Figure, Grid, Section
from keepwell.reports.sickness import ABSENCE, POSTS

YEAR: Final = 12
OF_STAFF: Final = ("leaver_rate", "stability_index", "leavers", "joiners", "headcount", "fte")
ELSEWHERE: Final = {"vacancy_rate": POSTS, "sickness_absence_rate": ABSENCE}
"""Measures of the same organisation that come from another source."""
TOLD_ELSEWHERE: Final = frozenset({"organisation", "icb", "region", "staff_group", "unit"})
"""Fields by which the other sources may tell; of a filter by any other they say nothing."""
APART: Final = frozenset({"staff_group", "unit"})
Where = tuple[tuple[str, tuple[str, ...]], ...]
COLUMN: Final = {"headcount": "headcount_at_end", "fte": "fte_at_end"}
MEANS: Final = {
    "leaver_rate": "leavers over average headcount",
    "stability_index": "of those here at the start, still here",
    "leavers": "in post at the start, not at the end",
    "joiners": "in post at the end, not at the start",
    "headcount": "people in post at the end",
    "fte": "contracted full-time equivalents at the end",
    "vacancy_rate": "posts without staff at the end",
    "sickness_absence_rate": "days lost to sickness of days available",
}
NO_ICON: Final = "cannot be judged"
NOT_COMPARED: Final = "not known"


@dataclass(frozen=True, slots=True)
class MainFigure:
    """One measure: its value over the newest twelve months, that of the twelve months a year before, and its icon.

    `before` is None where those months are not loaded, or not of the same organisations; `variation` is the name of an
    icon of ICON_WORDS, None where the single months cannot be judged.
    """

    measure: str
    label: str
    value: float
    before: float | None
    variation: str | None
    definition: Definition
    released: Released

    @property
    def said(self) -> str:
        return in_units(self.value, measure(self.measure).unit)

    @property
    def change(self) -> str:
        """The change against a year before, in words: percentage points of a share, people or FTE."""
        if self.before is None:
            return NOT_COMPARED
        unit = measure(self.measure).unit
        if unit == "share":
            points = 100 * (self.value - self.before)
            return "no change" if abs(points) < 0.05 else f"{points:+.1f} points"
        difference = self.value - self.before
        return "no change" if abs(difference) < 0.5 else f"{difference:+,.0f}"

    @property
    def meaning(self) -> str:
        return ICON_WORDS[self.variation] if self.variation else NO_ICON


def in_units(value: float, unit: str) -> str:
    return f"{value:.1%}" if unit == "share" else f"{value:,.0f}"


def main_figures(yearly: Asking, months: int) -> tuple[MainFigure, ...]:
    """The main measures, as far as the data loaded can tell them; `months` are the single months in a row."""
    found = [_main_figure(yearly, name, yearly.base.source, months) for name in OF_STAFF]
    where = yearly.base.where
    if yearly.base.source == THEIR_STAFF and {field for field, _ in where} <= TOLD_ELSEWHERE:
        found += [
            _main_figure(_beside(yearly), name, source, months, _group(where)) for name, source in ELSEWHERE.items()
        ]
    return tuple(main for main in found if main is not None)


Group = tuple[tuple[str, str], ...]


def _group(where: Where) -> Group:
    """The fields with one value chosen that the other sources tell apart."""
    return tuple((name, values[0]) for name, values in where if name in APART and len(values) == 1)


def _beside(yearly: Asking) -> Asking:
    """The same place cut by those fields: asked once for all of their values, and not anew for each."""
    group = _group(yearly.base.where)
    where = tuple(x for x in yearly.base.where if x[0] not in dict(group))
    return Asking(yearly.session, replace(yearly.base, where=where, by=tuple(name for name, _ in group)))


def _is_in(found: Mapping[str, Any], group: Group) -> bool:
    return all(str(found[name]).casefold() == value.casefold() for name, value in group)


def _main_figure(yearly: Asking, name: str, source: str | None, months: int, group: Group = ()) -> MainFigure | None:
    """None where nothing is loaded for it, or it has no value. `group` is the one wanted, where several are asked for."""
    column, of_end = COLUMN.get(name, name), name == "vacancy_rate"
    length = {"months": 1} if of_end else {}
    try:
        released = yearly.about(name, source=source, **length)
    except EnquiryRefused:
        return None
    rows = [row for row in released.rows() if _is_in(row, group)]
    if not rows or rows[0][column] is None:
        return None
    value, label = rows[0][column], released.definition.label
    before = _before(yearly, name, source, column, rows[0], length, group)
    answer = _chart(yearly, name, source, months, group)
    variation = answer.variation if answer else None
    chosen = "".join(f"; {field.replace('_', ' ')}: {found}" for field, found in group)
    definition = replace(released.definition, population=f"{released.definition.population}{chosen}")
    return MainFigure(name, label, value, before, variation, definition, released)


def _before(
    yearly: Asking,
    name: str,
    source: str | None,
    column: str,
    now: dict[str, Any],
    length: dict[str, int],
    group: Group,
) -> float | None:
    """The same a year before, of the same organisations: both periods asked for at once say the same of the newer one."""
    try:
        both = yearly.about(name, source=source, course=2, step=YEAR, **length).rows()
    except EnquiryRefused:
        return None
    by_end = {row["period_end"]: row[column] for row in both if _is_in(row, group)}
    if len(by_end) < 2 or by_end[now["period_end"]] != now[column]:
        return None
    found: float | None = by_end[min(by_end)]
    return found


def _chart(yearly: Asking, name: str, source: str | None, months: int, group: Group) -> SpcAnswer | None:
    """The control chart of its single months; None where there are too few, or none can be drawn."""
    if months < FEWEST_POINTS or yearly.base.end is None:
        return None
    question = months_to(yearly.base.end, min(months, MOST_POINTS))
    enquiry = replace(yearly.base, measure=name, source=source, months=None)
    try:
        found = changing(yearly.session.workspace, enquiry, question, yearly.session)
    except EnquiryRefused:
        return None
    return next((answer for answer in found if _is_in(answer.group, group)), None)


def headline_section(yearly: Asking, sentence: Section, found: Sequence[MainFigure], last: Month) -> Section:
    """The sentence of the leaver rate, with all measures below it: value, a year before, change and icon."""
    rows = tuple(
        (
            main.label,
            main.said,
            NOT_COMPARED if main.before is None else in_units(main.before, measure(main.measure).unit),
            main.change,
            _with_icon(main),
        )
        for main in found
    )
    months = yearly.base.months or YEAR
    table = Grid(
        "Main measures, with the same of a year before",
        ("Measure", f"{months} months to {last.in_words}", "A year before", "Change", "Month by month"),
        rows,
        (False, True, True, True, False),
    )
    figures = tuple(
        Figure(s.label, s.said, MEANS[s.measure] + ("" if s.before is None else f"; {s.change} on a year before"))
        for s in found
    )
    notes = (
        *sentence.notes,
        "A change on the year before can be chance: the icon says whether the single months are more than noise.",
    )
    return replace(
        sentence,
        figures=figures,
        grids=(table,),
        notes=tuple(dict.fromkeys(notes)),
        definitions=tuple(main.definition for main in found),
    )


def _with_icon(main: MainFigure) -> str:
    return icon(main.variation, SMALL_ICON) + f" {main.meaning}" if main.variation else NO_ICON
