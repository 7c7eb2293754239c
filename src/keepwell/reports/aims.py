"""Is a target on course?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from keepwell.charts.control_chart import Trajectory, control_chart
from keepwell.disclosure import Released
from keepwell.enquiries.changing import SpcAnswer, changing
from keepwell.enquiries.spc_words import FLOWS
from keepwell.errors import EnquiryRefused
from keepwell.measures import measure
from keepwell.periods import Month
from keepwell.reports.changing import FEWEST_POINTS, MOST_POINTS, Happened, events_on, months_to, points_grid
from keepwell.reports.leaving import Asking
from keepwell.reports.main_figures import OF_STAFF, MainFigure, in_units
from keepwell.reports.sections import Section

YEAR: Final = 12
TWELFTH: Final = (
    "Drawn as a twelfth: a month's share of what is aimed at for twelve months, about, since who comes and goes within "
    "the twelve months is in the single months only."
)


@dataclass(frozen=True, slots=True)
class Target:
    """What somebody set: a measure at a value, over the twelve months to a month or at its end.

    `value` is in the measure's own unit: a fraction for a share. `from_month` and `from_value` are where the straight
    line to it begins; None for the newest twelve months a year before the target, as they were.
    """

    measure: str
    value: float
    by: Month
    set_by: str
    set_on: dt.date
    from_month: Month | None = None
    from_value: float | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """How a target stands: where the straight line is now, and whether the value is there or better.

    `good` is None where the measure does not say which way is better.
    """

    target: Target
    value: float
    expected: float
    good: bool | None
    sentence: str


def course_of(target: Target, main: MainFigure, last: Month) -> Course:
    """Whether a target is on course at the newest month.

        expected = from value + (target - from value) × months gone / months in all

    Before the line begins, what is expected is its first value; after its end, the target.
    Raises EnquiryRefused for a line that ends before it begins.
    """
    first, begin = _begin(target, main, last)
    span = target.by - first
    if span <= 0:
        raise EnquiryRefused(
            "A target ends after its line begins.", found=f"from {first} by {target.by}", attempt="a later month"
        )
    gone = min(max((last - first) / span, 0.0), 1.0)
    expected = begin + (target.value - begin) * gone
    better = measure(target.measure).better
    reached = main.value <= expected if better == "lower" else main.value >= expected
    good = None if better == "neither" else reached
    return Course(target, main.value, expected, good, _said(target, main, expected, good, last))


def _begin(target: Target, main: MainFigure, last: Month) -> tuple[Month, float]:
    if target.from_month is not None and target.from_value is not None:
        return target.from_month, target.from_value
    if main.before is not None:
        return last + -YEAR, main.before
    return last, main.value


def _said(target: Target, main: MainFigure, expected: float, good: bool | None, last: Month) -> str:
    unit = measure(target.measure).unit
    aim, now, line = (in_units(v, unit) for v in (target.value, main.value, expected))
    what = f"{main.label}: {aim} by {target.by.in_words}, set by {target.set_by} on {target.set_on:%d/%m/%Y}."
    if target.by <= last:
        verdict = {True: "Reached.", False: "Not reached.", None: ""}[good]
        return f"{verdict} {what} It is {now}.".strip()
    verdict = {True: "On course.", False: "Not on course.", None: ""}[good]
    return f"{verdict} {what} It is {now}, and the straight line to the target is at {line} now.".strip()


def targets_section(
    yearly: Asking,
    found: tuple[MainFigure, ...],
    targets: tuple[Target, ...],
    months: int,
    happened: Mapping[str, Sequence[Happened]] = MappingProxyType({}),
) -> tuple[Section, dict[str, Released]]:
    """Each target with its sentence, and where its single months can be charted, the trajectory on the chart.

    `happened` says by the measure what else stands on its chart.
    """
    last = yearly.base.end
    assert last is not None
    sentences, pictures, grids, notes, definitions = [], [], [], [], []
    for target in targets:
        main = next((s for s in found if s.measure == target.measure), None)
        if main is None:
            sentences.append(f"{measure(target.measure).label}: a target is set, and nothing loaded tells the figure.")
            continue
        course = course_of(target, main, last)
        definitions.append(main.definition)
        answer = _monthly(yearly, target, months)
        sentences.append(course.sentence + ("" if answer is None else _by_month(answer)))
        if answer is not None:
            parts = YEAR if target.measure in FLOWS else 1
            notes += [TWELFTH] if parts > 1 else []
            first, begin = _begin(target, main, last)
            line = Trajectory(first, begin / parts, target.by, target.value / parts)
            title = f"{main.label} of each month, with the way to the target"
            events = events_on(happened.get(target.measure, ()), answer.question)
            pictures.append(control_chart(answer.released, title, course.sentence, trajectory=line, events=events))
            grids.append(points_grid(answer, title, events))
            notes += [f"{event.said}." for event in events]
    section = Section(
        "targets",
        "Are we on course for our targets?",
        " ".join(sentences),
        pictures=tuple(pictures),
        grids=tuple(grids),
        notes=tuple(dict.fromkeys(notes)),
        definitions=tuple(definitions),
    )
    return section, {}


def _monthly(yearly: Asking, target: Target, months: int) -> SpcAnswer | None:
    """The control chart of the single months; None where there is none, and for a share of a year's staff."""
    if months < FEWEST_POINTS or target.measure not in OF_STAFF or target.measure == "stability_index":
        return None
    parts = YEAR if target.measure in FLOWS else 1
    assert yearly.base.end is not None
    question = months_to(yearly.base.end, min(months, MOST_POINTS), target=target.value / parts)
    enquiry = replace(yearly.base, measure=target.measure, months=None)
    try:
        (answer,) = changing(yearly.session.workspace, enquiry, question, yearly.session)
    except EnquiryRefused:
        return None
    return answer


def _by_month(answer: SpcAnswer) -> str:
    """What the single months say of the target, where they say anything."""
    said = {
        "pass": " Its single months would meet it as things are.",
        "fail": " As things are its single months will miss it: only a change can reach it.",
        "inconsistent": " Its single months hit it at times and miss it at others, by chance.",
    }
    return said.get(answer.assurance or "", "")
