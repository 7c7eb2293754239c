"""Is it changing, or is it noise?

A measure of single months, or of steps that share no month, as a control chart: asked for through `answer` like
every other number, so that a chart shows what its reader may see and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa

from keepwell.disclosure import Released
from keepwell.disclosure.policies import hides
from keepwell.enquiries import Enquiry, answer
from keepwell.enquiries.session import Session
from keepwell.enquiries.spc_question import SpcPoint, SpcQuestion, points_of, refuse_question
from keepwell.enquiries.spc_series import (
    BETTER,
    Series,
    charts_of,
    few_events,
    hidden_points,
    refuse_chart,
    series_of,
    value_column,
)
from keepwell.enquiries.spc_words import Reading, assurance_in_words, notes_on, variation_in_words
from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.measures import Measure, measure
from keepwell.periods import Month, Period
from keepwell.records.audiences import audience
from keepwell.records.workspace import Workspace
from keepwell.spc import (
    RULES,
    ControlCharts,
    Dialect,
    assurance,
    dialect,
    dialects,
    disagreement,
    special_causes,
    variation,
)

__all__ = ["SpcAnswer", "SpcPoint", "SpcQuestion", "changing"]

LONGER_POINTS: Final = {3: "quarter", 12: "year"}
NO_CHART = (
    "No chart: some of its points are hidden, and limits would tell what they hide. Ask with longer points, or for a "
    "larger group."
)


@dataclass(frozen=True, slots=True)
class SpcAnswer:
    """One series as a control chart, and what it says in a sentence.

    `group` are the fields of its group with their names, empty for all together. Mean and limits are those of the
    last point. `variation` and `assurance` are None where there is no icon. `released` holds the points as a Released
    table; `refused` says why there are none, where there are none. `rough`: of too few people for more than a hint.
    """

    group: Mapping[str, str]
    question: SpcQuestion
    measure: Measure
    dialect: Dialect
    points: tuple[SpcPoint, ...]
    mean: float | None
    lower_process_limit: float | None
    upper_process_limit: float | None
    variation: str | None
    assurance: str | None
    sentence: str
    notes: tuple[str, ...]
    released: Released
    refused: str | None = None
    rough: bool = False

    @property
    def name(self) -> str:
        """The group as people call it: its names where it has any, else its codes; empty for all together."""
        named = {
            field.removesuffix("_name") for field, value in self.group.items() if field.endswith("_name") and value
        }
        return ", ".join(value for field, value in self.group.items() if field not in named and value)

    @property
    def improvement(self) -> str:
        """Which way is better here: increase, decrease or neutral."""
        return self.question.improvement or BETTER[self.measure.better]

    @property
    def last(self) -> SpcPoint | None:
        """The last point that has a value."""
        return next((point for point in reversed(self.points) if point.value is not None), None)


def changing(
    workspace: Workspace, enquiry: Enquiry, question: SpcQuestion, session: Session | None = None
) -> tuple[SpcAnswer, ...]:
    """A control chart of the measure for each group of the enquiry, over the months of the question.

    The enquiry says what and of whom; its own end, months and course are not used. Where some of several series
    cannot be charted, those say why; where none can, it is refused. Raises EnquiryRefused for points that overlap, a
    measure without one number a month, months that are not loaded, hidden points, and a chart that does not fit.
    """
    if session is None:
        with Session(workspace, enquiry.vintage) as own:
            return changing(workspace, enquiry, question, own)
    asked, _ = measure(enquiry.measure), dialect(question.dialect)
    question = _as_declared(session, enquiry, question)
    refuse_question(question, asked)
    try:
        return _charts(workspace, enquiry, question, asked, session)
    except PointsHidden as hidden:
        return _with_longer_points(workspace, enquiry, question, asked, session, hidden)


def _as_declared(session: Session, enquiry: Enquiry, question: SpcQuestion) -> SpcQuestion:
    """Points as long as the periods of the audience that the chart is for, where nothing else was asked."""
    if enquiry.audience is None or question.months > 1:
        return question
    declared = audience(session.workspace.current(), enquiry.audience)
    if not hides(declared.policy):
        return question
    return replace(question, months=declared.months, every=declared.months)


class PointsHidden(EnquiryRefused):
    """Every series has a point that this reader may not see."""


def _with_longer_points(
    workspace: Workspace,
    enquiry: Enquiry,
    question: SpcQuestion,
    asked: Measure,
    session: Session,
    hidden: PointsHidden,
) -> tuple[SpcAnswer, ...]:
    """The same chart by quarter, else by year, saying so; refused as it was where that hides or cannot be had."""
    for months, words in LONGER_POINTS.items():
        if months > question.months:
            longer = replace(question, months=months, every=months)
            try:
                made = _charts(workspace, enquiry, longer, asked, session)
            except EnquiryRefused:
                continue
            note = f"Points by {words}: by shorter ones some are too small to be shown."
            return tuple(replace(chart, notes=(note, *chart.notes)) for chart in made)
    raise hidden


def _charts(
    workspace: Workspace, enquiry: Enquiry, question: SpcQuestion, asked: Measure, session: Session
) -> tuple[SpcAnswer, ...]:
    points = points_of(question)
    whole = replace(enquiry, end=question.last, months=question.months, course=len(points), step=question.months)
    released = answer(workspace, whole, session)
    column = value_column(released, asked, enquiry)
    refuse_chart(released, asked, question.chart)
    series = series_of(released, enquiry, points)
    hidden = [hidden_points(rows, column, asked, question.chart) for rows in series.rows]
    if all(hidden):
        raise _all_hidden(hidden, question)
    visible = [i for i, months in enumerate(hidden) if not months]
    groups = dict(enquiry.where).get("staff_group", ())
    whom = groups[0] if len(groups) == 1 else ""
    made = _charted(released, series, visible, column, question, asked, whom)
    charted = dict(zip(visible, made, strict=True))
    return tuple(
        charted.get(i) or _without_chart(released, group, question, asked) for i, group in enumerate(series.groups)
    )


def _all_hidden(hidden: Sequence[Sequence[Month]], question: SpcQuestion) -> PointsHidden:
    months = sorted({month for found in hidden for month in found})
    longer = 3 * question.months
    return PointsHidden(
        "A chart with hidden points is not drawn: its limits would tell what they hide.",
        found=f"{counted(len(months), 'point')} hidden: {listed([str(m) for m in months], 6)}",
        attempt=f"longer points (--months {longer} --every {longer}), or a larger group",
    )


def _charted(
    released: Released,
    series: Series,
    which: Sequence[int],
    column: str,
    question: SpcQuestion,
    asked: Measure,
    whom: str,
) -> list[SpcAnswer]:
    """The answers for the series that may be charted, all made at once in both dialects."""
    names = (question.dialect, next(name for name in dialects() if name != question.dialect))
    ours, theirs = (charts_of(series, which, column, asked, question, name) for name in names)
    causes, icons = special_causes(ours), variation(ours)
    aims = assurance(ours, math.nan if question.target is None else question.target)
    no_width, on_trial = ours.at_last(ours.no_width), ours.at_last(ours.on_trial)
    differ = disagreement(ours, theirs)
    made = []
    for row, i in enumerate(which):
        judged = not no_width[row]
        points = tuple(_point(ours, str(causes[row, at]), (row, at), p) for at, p in enumerate(series.points))
        there = [point for point in points if point.value is not None]
        reading = Reading(
            measure=asked,
            question=question,
            dialect=ours.dialect,
            points=points,
            variation=(str(icons[row]) or None) if judged else None,
            assurance=(str(aims[row]) or None) if judged else None,
            no_width=not judged,
            on_trial=bool(on_trial[row]),
            number=sum(point.stretch == there[-1].stretch for point in there),
            other=theirs.dialect,
            other_icon=str(differ.variation[row]) if judged and differ.any[row] else None,
            differing=tuple(p for at, p in enumerate(series.points) if differ.points[row, at]),
            people=whom,
            few=few_events(series, i, asked, column),
        )
        made.append(_answer(released, series.groups[i], reading))
    return made


def _answer(released: Released, group: Mapping[str, str], reading: Reading) -> SpcAnswer:
    last = reading.there[-1] if reading.there else None
    return SpcAnswer(
        group,
        reading.question,
        reading.measure,
        reading.dialect,
        reading.points,
        last.mean if last else None,
        last.lower_process_limit if last else None,
        last.upper_process_limit if last else None,
        reading.variation,
        reading.assurance,
        variation_in_words(reading) + assurance_in_words(reading),
        (*notes_on(reading), *released.notes),
        _as_released(released, group, reading.points),
        rough=reading.few and reading.question.chart == "xmr",
    )


def _without_chart(released: Released, group: Mapping[str, str], question: SpcQuestion, asked: Measure) -> SpcAnswer:
    """The answer for a group that this reader may not see point by point."""
    table = _as_released(released, group, ())
    nothing = (None,) * 5
    return SpcAnswer(
        group, question, asked, dialect(question.dialect), (), *nothing, NO_CHART, released.notes, table, NO_CHART
    )


def _point(charts: ControlCharts, cause: str, cell: tuple[int, int], period: Period) -> SpcPoint:
    """One cell of the charts. Limits that fall on the mean of values that differ are not shown, and nothing is judged."""
    judged = not charts.no_width[cell]
    special = judged and cause not in ("", "common_cause")
    return SpcPoint(
        period,
        _or_none(charts.values[cell]),
        cause if special else None,
        RULES[charts.rule[cell]] if special else None,
        _or_none(charts.mean[cell]),
        _or_none(charts.lower_process_limit[cell]) if judged else None,
        _or_none(charts.upper_process_limit[cell]) if judged else None,
        int(charts.group[cell]),
    )


def _or_none(value: np.float64) -> float | None:
    return None if math.isnan(value) else float(value)


COLUMN_WORDS: Final = {
    "period_start": "first day of the period",
    "period_end": "last day of the period",
    "value": "the measure in this period",
    "mean": "the mean that the point is read by",
    "lower_process_limit": "the lower process limit that the point is read by",
    "upper_process_limit": "the upper process limit that the point is read by",
    "special_cause": "improvement, concern or neutral, high or low; empty for common cause",
    "rule": "the rule that it is a special cause by: outside, trend, two_in_three or shift",
    "stretch": "how many times limits were made anew before the point",
    "hidden": "names of the cells of this row that are hidden",
}


def _as_released(released: Released, group: Mapping[str, str], points: Sequence[SpcPoint]) -> Released:
    """The points of one series as a table made of what was released, under its policy and definition."""
    columns: dict[str, pa.Array] = {
        "period_start": pa.array([p.period.start for p in points], pa.date32()),
        "period_end": pa.array([p.period.end for p in points], pa.date32()),
        **{name: pa.array([value] * len(points), pa.string()) for name, value in group.items()},
    }
    for name in ("value", "mean", "lower_process_limit", "upper_process_limit"):
        columns[name] = pa.array([getattr(p, name) for p in points], pa.float64())
    for name in ("special_cause", "rule"):
        columns[name] = pa.array([getattr(p, name) for p in points], pa.string())
    columns["stretch"] = pa.array([p.stretch for p in points], pa.int64())
    columns["hidden"] = pa.array([""] * len(points), pa.string())
    window = released.definition.window
    if points:
        first, last = points[0].period, points[-1].period
        each = counted(first.months, "month")
        window = f"{counted(len(points), 'point')} of {each}, {first.start.isoformat()} to {last.end.isoformat()}"
    definition = replace(released.definition, window=window, columns=COLUMN_WORDS)
    return replace(released, table=pa.table(columns), definition=definition)
