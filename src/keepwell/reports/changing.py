"""Is it changing, or is it noise? What is changing, and where? Sections with control charts and their icons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase

import pyarrow as pa
from markupsafe import Markup, escape

from keepwell.charts.control_chart import Event, control_chart
from keepwell.charts.spc_icons import icon
from keepwell.disclosure import Released
from keepwell.enquiries.changing import SpcAnswer, SpcQuestion, changing
from keepwell.enquiries.spc_words import ICON_WORDS
from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.periods import Month
from keepwell.records.workspace import Load
from keepwell.reports.leaving import Asking, monthly_course
from keepwell.reports.sections import Figure, Grid, Section
from keepwell.reports.spc_tables import POINTS, number_cell, point_cells, variation_cell

FEWEST_POINTS = 12
"""Below so many single months a report shows their course, and no control chart."""
MOST_POINTS = 36
SOON_AFTER = 3
"""What happened up to so many months after the last point is on a chart already, to the right of it."""
MEASURES = ("leaver_rate", "joiner_rate", "voluntary_leaver_rate", "sickness_absence_rate")
FROM_ELSEWHERE = {
    "voluntary_leaver_rate": {"esr_staff_in_post": "esr_leavers"},
    "sickness_absence_rate": {"nhs_turnover": "nhs_sickness", "esr_staff_in_post": "absence_extract"},
}
"""Measures that come from another source: of each page's source the one that tells of the same people."""
FEW = " (few)"
MOST_PLACES = 40
BIG_ICON, SMALL_ICON = 44, 30
URGENCY = {"concern": 0, "improvement": 1, "neutral": 2, "common": 3, "": 4}


def months_to(last: Month, points: int, **choices: object) -> SpcQuestion:
    """The chart of so many single months that ends with a month."""
    return SpcQuestion(last + (1 - points), last, **choices)  # type: ignore[arg-type]


def months_in_a_row(loads: Sequence[Load], last: Month) -> int:
    """How many single months up to the last one are loaded without a gap."""
    told = {
        m for load in loads for m in range(Month.parse(load.first_month).index, Month.parse(load.last_month).index + 1)
    }
    number = 0
    while last.index - number in told:
        number += 1
    return number


def month_by_month(asking: Asking, months: int, last: Month) -> tuple[Section, dict[str, Released]]:
    """The leaver rate of each single month: as a control chart where there are enough, else as a course."""
    if months < FEWEST_POINTS:
        section, released = monthly_course(asking, months)
        return section, {"By month": released}
    section, chart = is_it_changing(asking, months_to(last, months))
    counts = asking.about("leaver_rate", end=last, months=1, course=months)
    return section, {"By month": counts, "Is it changing": chart}


def is_it_changing(
    asking: Asking, question: SpcQuestion, measure: str = "leaver_rate", happened: Sequence[Happened] = ()
) -> tuple[Section, Released]:
    """The control chart of one measure of all who are asked about, in words first, with its icons and its table.

    What happened meanwhile stands on the chart, in its table and in its notes.
    """
    (found,) = changing(asking.session.workspace, replace(asking.base, measure=measure), question, asking.session)
    title = f"{found.measure.label} of each {'month' if question.months == 1 else 'point'}, with what is usual"
    events = events_on(happened, question)
    section = Section(
        "course",
        "Is it changing, or is it noise?",
        found.sentence,
        tuple(_icons(found)),
        (control_chart(found.released, title, found.sentence, question.target, events=events),),
        (points_grid(found, title, events),),
        (*(f"{event.said}." for event in events), *READ_SO, f"Read by the dialect {found.dialect.name}.", *found.notes),
        (found.released.definition,),
    )
    return section, found.released


@dataclass(frozen=True, slots=True)
class Happened:
    """A day with words for what happened on it, to be read off a chart."""

    on: dt.date
    words: str


def events_on(happened: Sequence[Happened], question: SpcQuestion) -> tuple[Event, ...]:
    """What happened in the months of a chart, or soon after its last, lettered from the first on."""
    last = question.last + SOON_AFTER
    shown = [one for one in sorted(happened, key=lambda one: one.on) if question.first <= Month.of(one.on) <= last]
    return tuple(Event(Month.of(one.on), _letter(i), one.words) for i, one in enumerate(shown))


def _letter(number: int) -> str:
    """A to Z, then A2 and on."""
    again, at = divmod(number, len(ascii_uppercase))
    return ascii_uppercase[at] + (str(again + 1) if again else "")


def points_grid(found: SpcAnswer, title: str, events: Sequence[Event] = ()) -> Grid:
    """The points of a chart as a folded table; with events, a column more, and a row for each month of theirs without a
    point.
    """
    headings = [heading.capitalize() for heading in POINTS]
    rows = [point_cells(found, point) for point in found.points]
    if events:
        headings.append("What happened")
        ends = [point.period.last for point in found.points]
        firsts = [point.period.first for point in found.points]
        rows = [
            (*cells, "; ".join(e.said for e in events if first <= e.month <= last))
            for cells, first, last in zip(rows, firsts, ends, strict=True)
        ]
        later = sorted({e.month for e in events if not ends or e.month > ends[-1]})
        rows += [
            (month.in_words, *["–"] * (len(POINTS) - 1), "; ".join(e.said for e in events if e.month == month))
            for month in later
        ]
    numeric = (False, True, True, True, True, False, False)[: len(headings)]
    return Grid(title, tuple(headings), tuple(rows), numeric, folded=True)


READ_SO = (
    "Between the dashed limits a figure moves as it always does here, by chance: neither praise nor blame belongs to it.",
)


def _icons(answer: SpcAnswer) -> list[Figure]:
    """The variation icon, and the assurance icon where there is a target, each with its meaning in words."""
    figures = []
    if answer.variation:
        words = ICON_WORDS[answer.variation]
        figures.append(Figure("Changing?", icon(answer.variation, BIG_ICON), words))
    if answer.assurance:
        figures.append(Figure("Target?", icon(answer.assurance, BIG_ICON), ICON_WORDS[answer.assurance]))
    usual = f"{number_cell(answer, answer.lower_process_limit)} to {number_cell(answer, answer.upper_process_limit)}"
    figures.append(Figure("Newest", number_cell(answer, answer.last.value if answer.last else None), _month(answer)))
    figures.append(Figure("Usual", number_cell(answer, answer.mean), f"mean; limits {usual}"))
    return figures


def _month(answer: SpcAnswer) -> str:
    return answer.last.period.last.in_words if answer.last else "no value"


@dataclass(frozen=True, slots=True)
class _Line:
    """A place, and its answer for each measure; None where there is none."""

    place: str
    answers: tuple[SpcAnswer | None, ...]

    @property
    def urgency(self) -> int:
        return min(URGENCY[(a.variation or "").partition("_")[0] if a else ""] for a in self.answers)


def what_is_changing(
    asking: Asking, question: SpcQuestion, by: tuple[str, ...], place: str, measures: Sequence[str] = MEASURES
) -> tuple[Section, Released] | None:
    """Measures by places: in each cell whether it is changing and the newest value. None where nothing can be charted.

    Places that are changing come first, those getting worse before all.
    """
    shown, every = _asked(asking, question, by, measures)
    if not shown:
        return None
    lines = [_Line("All together", tuple(shown))]
    names = sorted({a.name for _, found in every for a in found})
    places = [_Line(n, tuple(next((a for a in found if a.name == n), None) for _, found in every)) for n in names]
    lines += sorted(places, key=lambda line: line.urgency)[:MOST_PLACES]
    answers = [answer for line in lines[1:] for answer in line.answers if answer]
    labels = tuple(found.measure.label for found in shown)
    caption = f"What is changing, by {place}" + (
        f" (first {MOST_PLACES} of {len(places)})" if len(places) > MOST_PLACES else ""
    )
    grid = Grid(
        caption,
        (place.capitalize(), *labels),
        tuple((line.place, *(_cell(answer) for answer in line.answers)) for line in lines),
        (False, *[False] * len(labels)),
    )
    return (
        Section(
            "changing",
            "What is changing, and where?",
            _summed_up(answers, place),
            grids=(grid, _key([*answers, *shown])),
            notes=_notes(answers, shown[0]),
            definitions=tuple(found.released.definition for found in shown),
        ),
        _as_sheet(lines, shown[0].released),
    )


def _asked(
    asking: Asking, question: SpcQuestion, by: tuple[str, ...], measures: Sequence[str]
) -> tuple[list[SpcAnswer], list[tuple[str, tuple[SpcAnswer, ...]]]]:
    """The charts of all together and of each place, for each measure that the data loaded can answer."""
    shown: list[SpcAnswer] = []
    every: list[tuple[str, tuple[SpcAnswer, ...]]] = []
    for name in measures:
        ours = asking.base.source or ""
        source = FROM_ELSEWHERE.get(name, {ours: ours}).get(ours)
        if source is None:
            continue  # what is told of others is not shown as theirs
        enquiry = replace(asking.base, measure=name, source=source)
        try:
            (all_together,) = changing(asking.session.workspace, enquiry, question, asking.session)
            found = changing(asking.session.workspace, replace(enquiry, by=by), question, asking.session)
        except EnquiryRefused:
            continue  # not loaded, or not for these months
        shown.append(all_together)
        every.append((name, found))
    return shown, every


def _cell(answer: SpcAnswer | None) -> str:
    """Icons and the newest value; words where there is no icon."""
    if answer is None:
        return "–"
    value = number_cell(answer, answer.last.value) if answer.last else ""
    icons = [icon(name, SMALL_ICON) for name in (answer.variation, answer.assurance) if name]
    value += FEW if answer.rough and answer.variation else ""
    said = [*icons, escape(value if answer.variation else f"{value} {variation_cell(answer)}".strip())]
    return Markup('<span class="icons">{}</span>').format(Markup(" ").join(said))


def _key(answers: Sequence[SpcAnswer]) -> Grid:
    """The icons that are on the page, each with its meaning."""
    there = {name for answer in answers for name in (answer.variation, answer.assurance) if name}
    rows = tuple((icon(name, SMALL_ICON), words) for name, words in ICON_WORDS.items() if name in there)
    return Grid("What the icons say of the newest month", ("Icon", "Meaning"), rows, (False, False))


def _summed_up(answers: Sequence[SpcAnswer], place: str) -> str:
    """The places that are changing by name, those getting worse first; or that none is."""
    moving = [a for a in answers if a.variation and a.variation != "common_cause"]
    if not moving:
        return f"Nothing is changing in any {place}: what differs from month to month is chance."
    moving.sort(key=lambda a: (a.rough, URGENCY[(a.variation or "").partition("_")[0]]))
    kinds = {"concern": "worse", "improvement": "better", "neutral": "changing"}
    told = [f"{a.measure.label.lower()} of {a.name} ({kinds[(a.variation or '').partition('_')[0]]})" for a in moving]
    return f"{counted(len(moving), 'figure')} of {len(answers)} {'is' if len(moving) == 1 else 'are'} changing: {listed(told, 3)}."


def _notes(answers: Sequence[SpcAnswer], first: SpcAnswer) -> tuple[str, ...]:
    """What must be known of so many charts at once."""
    points, rough = counted(len(first.points), "month"), any(answer.rough for answer in answers)
    return (
        f"Each cell is a control chart of {points} to {_month(first)}; its icon speaks of the newest month. "
        "keepwell spc tells of any of them.",
        f"Among {counted(len(answers), 'chart')} some signal by chance alone: look twice before acting on one.",
        *(["(few): fewer than 5 people a month on average. Its icon is a hint, no more."] if rough else []),
        f"Read by the dialect {first.dialect.name}.",
    )


def _as_sheet(lines: Sequence[_Line], released: Released) -> Released:
    """The summary as a table, under the policy of what it is made of."""
    rows = [
        {
            "place": line.place,
            "measure": answer.measure.label,
            "period_end": answer.last.period.end if answer.last else None,
            "newest": answer.last.value if answer.last else None,
            "mean": answer.mean,
            "lower_process_limit": answer.lower_process_limit,
            "upper_process_limit": answer.upper_process_limit,
            "variation": variation_cell(answer),
            "assurance": ICON_WORDS[answer.assurance] if answer.assurance else "",
            "hidden": "",
        }
        for line in lines
        for answer in line.answers
        if answer
    ]
    kinds = {"period_end": pa.date32()} | dict.fromkeys(
        ("newest", "mean", "lower_process_limit", "upper_process_limit"), pa.float64()
    )
    names = list(rows[0]) if rows else []
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in names])
    return replace(released, table=pa.Table.from_pylist(rows, schema))
