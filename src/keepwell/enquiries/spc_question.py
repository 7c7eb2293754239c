"""Which months are charted, and how is the chart to be read?"""

from __future__ import annotations

from dataclasses import dataclass

from keepwell.errors import EnquiryRefused, counted
from keepwell.measures import Measure
from keepwell.periods import Month, Period
from keepwell.spc import DEFAULT_DIALECT, FEWEST_TO_FIX, IMPROVEMENT


@dataclass(frozen=True, slots=True)
class SpcQuestion:
    """Which months, and how the chart is to be read.

    A point is `months` long, one every `every` months: the two are equal, so that points share no month.
    `improvement` is increase, decrease or neutral, None for what the measure says is better. `target` is in the
    measure's own unit: a fraction for a share. `recalculate_at` names the months from which limits are made anew,
    each by a recorded decision. `chart` is xmr, p or u.
    """

    first: Month
    last: Month
    months: int = 1
    every: int = 1
    dialect: str = DEFAULT_DIALECT
    improvement: str | None = None
    target: float | None = None
    recalculate_at: tuple[Month, ...] = ()
    fix_after_n_points: int | None = None
    chart: str = "xmr"


@dataclass(frozen=True, slots=True)
class SpcPoint:
    """One point. `special_cause` is None for common cause, a gap, and a chart that is not judged.

    `mean` and the limits are those that it is read by; `stretch` counts the recalculations before it.
    """

    period: Period
    value: float | None
    special_cause: str | None
    rule: str | None
    mean: float | None
    lower_process_limit: float | None
    upper_process_limit: float | None
    stretch: int


def points_of(question: SpcQuestion) -> tuple[Period, ...]:
    """The periods of the points, ending with the last month. Months before the first whole one are left over.

    Raises EnquiryRefused where there is none.
    """
    if question.last < question.first:
        raise EnquiryRefused(
            "A chart ends no earlier than it starts.",
            found=f"--from {question.first} --to {question.last}",
            attempt=f"--from {question.last} --to {question.first}",
        )
    number = (question.last - question.first + 1) // question.months
    if number == 0:
        raise EnquiryRefused(
            "There is no whole point in these months.",
            found=f"points of {question.months} months, from {question.first} to {question.last}",
            attempt="an earlier --from, or a smaller --months",
        )
    ends = [question.last + -question.months * back for back in range(number)][::-1]
    return tuple(Period.ending(end, question.months) for end in ends)


def refuse_question(question: SpcQuestion, asked: Measure) -> None:
    """Raises EnquiryRefused for a chart that would mislead or cannot be made."""
    _refuse_overlap(question)
    if question.improvement not in (None, *IMPROVEMENT):
        raise EnquiryRefused(
            "That is not a direction.",
            found=f"--improvement {question.improvement}",
            attempt=f"--improvement {' or '.join(IMPROVEMENT)}",
        )
    if question.fix_after_n_points is not None and question.fix_after_n_points < FEWEST_TO_FIX:
        raise EnquiryRefused(
            f"Limits are fixed after {FEWEST_TO_FIX} points or more: fewer tell too little of what is usual.",
            found=f"{question.fix_after_n_points}",
            attempt=f"{FEWEST_TO_FIX} or more, or none",
        )
    for month in question.recalculate_at:
        if not question.first < month <= question.last:
            raise EnquiryRefused(
                "Limits can be made anew only inside the chart.",
                found=f"--recalculate-at {month}, with points from {question.first} to {question.last}",
                attempt="a month after the first and not after the last",
            )
    if question.target is not None and asked.unit == "share" and not 0 <= question.target <= 1:
        raise EnquiryRefused(
            "A target for a share lies from 0 to 100%.",
            found=f"--target {question.target:g}",
            attempt=f"--target {question.target if 0 <= question.target <= 100 else 1:g}%",
        )


def _refuse_overlap(question: SpcQuestion) -> None:
    if question.months < 1:
        raise EnquiryRefused(
            "A point is at least one month long.", found=f"{question.months} months", attempt="--months 1"
        )
    if question.every < question.months:
        raise EnquiryRefused(
            f"Points of {question.months} months, one every {counted(question.every, 'month')}, share most of their "
            "months: neighbours are alike for that reason alone, and the rules would see signals where there are none.",
            found=f"--months {question.months} --every {question.every}",
            attempt=f"leave --months out, for one point a month; or --every {question.months}, for points that share "
            "nothing",
        )
    if question.every > question.months:
        raise EnquiryRefused(
            "Months between the points would be left out of the chart.",
            found=f"--months {question.months} --every {question.every}",
            attempt=f"--months {question.every} --every {question.every}",
        )
