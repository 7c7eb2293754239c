"""What does a control chart say, in a sentence?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from keepwell.enquiries.spc_question import SpcPoint, SpcQuestion
from keepwell.errors import counted, listed
from keepwell.measures import Measure
from keepwell.periods import Period
from keepwell.spc import Dialect

VERDICTS: Final = {"improvement": "Getting better.", "concern": "Getting worse.", "neutral": "Changing."}
ICON_WORDS: Final = {
    "common_cause": "not changing",
    "improvement_high": "getting better: higher",
    "improvement_low": "getting better: lower",
    "concern_high": "getting worse: higher",
    "concern_low": "getting worse: lower",
    "neutral_high": "changing: higher",
    "neutral_low": "changing: lower",
    "pass": "the target will be met",
    "fail": "the target will be missed",
    "inconsistent": "the target is hit and missed",
}
"""The icons of Making Data Count, in words."""
FLOWS: Final = frozenset(
    {"leaver_rate", "joiner_rate", "voluntary_leaver_rate", "share_who_left", "leavers", "joiners", "internal_moves"}
)
"""Measures of what happens within a point: so many a month."""
DOING: Final = {"leavers": "leave", "joiners": "join"}
STOCKS: Final = frozenset({"headcount", "fte", "length_of_service", "share_past_age", "records_complete"})
"""Measures of who is there: mostly the same people from one point to the next."""
LENGTHS: Final = {1: "month", 3: "quarter", 12: "year"}


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a sentence about one series needs.

    `points` are its points, `judged` says whether anything can be said of the last, `no_width` that its limits fall
    on the mean, `on_trial` that there are few points for limits, `number` how many since limits were last made.
    `other` is the other dialect, `other_icon` its variation icon where the two disagree ("" for none, None where they
    agree), `differing` the points that they read differently. `people` names a staff group, or is empty. `few`: of so
    few events that the chart is rough.
    """

    measure: Measure
    question: SpcQuestion
    dialect: Dialect
    points: tuple[SpcPoint, ...]
    variation: str | None
    assurance: str | None
    no_width: bool
    on_trial: bool
    number: int
    other: Dialect
    other_icon: str | None
    differing: tuple[Period, ...]
    people: str = ""
    few: bool = False

    @property
    def there(self) -> list[SpcPoint]:
        return [point for point in self.points if point.value is not None]

    @property
    def length(self) -> str:
        """How a point is called: month, quarter, year, or so many months."""
        return LENGTHS.get(self.question.months, f"{self.question.months} months")


def variation_in_words(reading: Reading) -> str:
    """Whether it is changing: the verdict first, then the last point beside what is usual."""
    if not reading.there:
        return "Nothing to chart: there is no value in any of these months."
    last = reading.there[-1]
    if reading.variation is None:
        return _too_early(reading)
    if last.special_cause is None or last.rule is None:
        return f"Not changing. {_usually(reading)}; {_whose(last, reading)} is within what is usual here ({_range(last, reading)})."
    high = last.special_cause.endswith("_high")
    verdict = VERDICTS[last.special_cause.partition("_")[0]]
    return f"{verdict} {_signal(last, reading, high)}"


def assurance_in_words(reading: Reading) -> str:
    """Whether the target will be met as things are: with a space before it; empty without a target or an icon."""
    if reading.assurance is None or reading.question.target is None:
        return ""
    target = amount(reading.question.target, reading)
    if reading.assurance == "pass":
        return f" As things are, the target of {target} will be met."
    if reading.assurance == "fail":
        return f" As things are, the target of {target} will be missed: only a change can reach it."
    return f" As things are, the target of {target} is hit in some {reading.length}s and missed in others, by chance."


def _too_early(reading: Reading) -> str:
    if reading.no_width:
        return (
            "Cannot be judged so: the values are almost always the same, and the limits fall on their mean. "
            "Ask with longer points, for a larger group, or for a chart of counts (--chart p or u)."
        )
    if reading.number < 2:
        return "Too early to say: there is one value."
    return (
        f"Too early to say: {counted(reading.number, 'point')} since limits were last made, and the dialect "
        f"{reading.dialect.name} judges from {reading.dialect.fewest_points}."
    )


def _usually(reading: Reading) -> str:
    last = reading.there[-1]
    mean = amount(last.mean or 0.0, reading, mean=True)
    often = f"a {reading.length}" if reading.question.months in LENGTHS else f"in {reading.length}"
    if reading.measure.name in DOING:
        who = f"{mean} people ({reading.people})" if reading.people else f"{mean} people"
        return f"About {who} {DOING[reading.measure.name]} {often}"
    label = reading.measure.label
    if reading.measure.name in FLOWS:
        return f"{label}: about {mean} {often}"
    return f"{label}: about {mean}"


def _signal(last: SpcPoint, reading: Reading, high: bool) -> str:
    whose, usual = _whose(last, reading), _range(last, reading)
    if last.rule == "outside":
        return f"{_usually(reading)}; {whose} is {'above' if high else 'below'} what is usual here ({usual})."
    if last.rule == "trend":
        since = _since(reading, lambda before, after: _step(before, after) == (1 if high else -1))
        way = f"{'up' if high else 'down'} with every {_point_word(reading)} since {since}"
        return f"{reading.measure.label}: {way}, to {_value(last, reading)}."
    if last.rule == "shift":
        since = _since(reading, lambda before, after: _side(before) == _side(after) != 0)
        return (
            f"{_usually(reading)}; every {_point_word(reading)} since {since} lies {'above' if high else 'below'} that, "
            f"the last at {_value(last, reading)}."
        )
    return (
        f"{_usually(reading)}; at least two of the last three {_point_word(reading)}s lie near the "
        f"{'upper' if high else 'lower'} end of what is usual here ({usual}) or beyond it, the last at {_value(last, reading)}."
    )


def _since(reading: Reading, together: Callable[[SpcPoint, SpcPoint], bool]) -> str:
    """The first point of the run that ends with the last, each point together with the one after it."""
    first = reading.there[-1]
    for point in reversed(reading.points[: reading.points.index(first)]):
        if point.value is None or point.stretch != first.stretch or not together(point, first):
            break
        first = point
    return named(first.period)


def _side(point: SpcPoint) -> int:
    assert point.value is not None
    assert point.mean is not None
    return (point.value > point.mean) - (point.value < point.mean)


def _step(before: SpcPoint, after: SpcPoint) -> int:
    assert before.value is not None
    assert after.value is not None
    return (after.value > before.value) - (after.value < before.value)


def notes_on(reading: Reading) -> tuple[str, ...]:
    """What must be known before the chart is used."""
    notes = []
    if reading.on_trial and reading.variation is not None:
        notes.append(
            f"Trial limits: {counted(reading.number, 'point')} since limits were last made; they are firm from "
            f"{reading.dialect.trial_points}."
        )
    notes += [note for note in (_earlier(reading), _gaps(reading), _anew(reading), _disagreement(reading)) if note]
    if reading.measure.name in STOCKS:
        notes.append(
            "These are mostly the same people from point to point, so that neighbours are alike for that reason alone: "
            "the rules signal too often here."
        )
    if reading.few and reading.question.chart == "xmr":
        notes.append(
            f"Fewer than 5 people a {reading.length} on average: this chart is rough. Longer points or a larger group "
            "say more."
        )
    if reading.question.chart != "xmr":
        notes.append(
            f"A {reading.question.chart} chart: limits as wide as chance alone makes them. Laney's correction is not "
            "used; in very large groups expect points outside."
        )
    left_over = (reading.question.last - reading.question.first + 1) % reading.question.months
    if left_over:
        notes.append(f"The first {counted(left_over, 'month')} left out: no whole point.")
    return tuple(notes)


def _earlier(reading: Reading) -> str:
    """What was more than noise before the last point, runs as one."""
    signals = [p for p in reading.points if p.special_cause and p is not reading.there[-1]]
    if not signals:
        return ""
    told = [f"{_from_to(run)} ({(run[0].special_cause or '').partition('_')[0]})" for run in _runs(signals)]
    return f"Earlier signals: {listed(told, 6)}."


def _runs(points: Sequence[SpcPoint]) -> list[list[SpcPoint]]:
    """Points that follow each other and say the same, together."""
    runs: list[list[SpcPoint]] = []
    for point in points:
        before = runs[-1][-1] if runs else None
        if before and before.special_cause == point.special_cause and point.period.first == before.period.last + 1:
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs


def _from_to(run: Sequence[SpcPoint]) -> str:
    return named(Period(run[0].period.first, run[-1].period.last))


def _gaps(reading: Reading) -> str:
    gaps = [point for point in reading.points if point.value is None]
    if not gaps:
        return ""
    told = listed([_from_to(run) for run in _runs(gaps)], 6)
    return f"No value for {len(gaps)} of {counted(len(reading.points), 'point')} ({told}): a gap ends every run."


def _anew(reading: Reading) -> str:
    if not reading.question.recalculate_at:
        return ""
    months = [month.in_words for month in sorted(reading.question.recalculate_at)]
    return f"Limits made anew from {listed(months)}, as asked: what comes before says nothing of what comes after."


def _disagreement(reading: Reading) -> str:
    """Where the other dialect reads the chart differently; empty where it does not."""
    if reading.other_icon is None:
        return ""
    other, ours = reading.other, reading.dialect
    if not reading.other_icon:
        return f"The dialects disagree: {other.name} gives no limits and no icon below {other.fewest_points} points."
    parts = []
    if reading.other_icon != (reading.variation or ""):
        parts.append(f"says “{ICON_WORDS[reading.other_icon]}”")
    if reading.differing and reading.variation:
        points = listed([named(period) for period in reading.differing], 6)
        parts.append(f"reads {counted(len(reading.differing), 'point')} differently ({points})")
    return f"The dialects disagree: this is {ours.name}; {other.name} {' and '.join(parts)}."


def named(period: Period) -> str:
    """A point by its month, or by its first and last: "October 2025", "August to October 2025"."""
    if period.months == 1:
        return period.last.in_words
    first, last = period.first.in_words, period.last.in_words
    return f"{first.removesuffix(last[-5:])} to {last}"


def _point_word(reading: Reading) -> str:
    return reading.length if reading.question.months in LENGTHS else "point"


def _whose(point: SpcPoint, reading: Reading) -> str:
    return f"{named(point.period)}’s {amount(point.value or 0.0, reading)}"


def _value(point: SpcPoint, reading: Reading) -> str:
    return f"{amount(point.value or 0.0, reading)} in {named(point.period)}"


def amount(value: float, reading: Reading, *, mean: bool = False) -> str:
    """A number as people read it: a percentage with as many decimals as its limits need, a count, or years."""
    unit = reading.measure.unit
    if unit == "share":
        return f"{value:.{_decimals(reading)}%}"
    if unit == "years" or (mean and abs(value) < 10) or not _whole(reading):
        return f"{value:,.1f}"
    return f"{value:,.0f}"


def _range(point: SpcPoint, reading: Reading) -> str:
    """What is usual: from limit to limit, and for counts the whole numbers between them."""
    lower, upper = point.lower_process_limit, point.upper_process_limit
    if lower is None or upper is None:
        return "no limits yet"
    if reading.measure.unit not in {"years", "share"} and _whole(reading):
        lower, upper = float(math.ceil(lower)), float(math.floor(upper))
    if lower <= 0:
        return f"up to {amount(upper, reading)}"
    return f"{amount(lower, reading)} to {amount(upper, reading)}"


def _whole(reading: Reading) -> bool:
    return all((point.value or 0.0).is_integer() for point in reading.there)


def _decimals(reading: Reading) -> int:
    last = reading.there[-1]
    if last.upper_process_limit is None or last.lower_process_limit is None:
        return 1
    return 1 if last.upper_process_limit - last.lower_process_limit >= 0.004 else 2
