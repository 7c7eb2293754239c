"""What does each measure come to, in one line that somebody can set beside what they say?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from keepwell.content import leaving_reasons, reason_groups
from keepwell.disclosure import Definition, Released
from keepwell.enquiries import Enquiry, Session
from keepwell.errors import EnquiryRefused
from keepwell.measures import measure
from keepwell.periods import Month, Period
from keepwell.reports.leaving import Asking
from keepwell.reports.main_figures import COLUMN, NOT_COMPARED, YEAR, MainFigure, in_units

REASONS: Final = "reasons_for_leaving"
OF_MONTHS: Final = {"vacancy_rate": 1}
"""Measures of a moment, asked of the newest month."""
ARRIVED: Final = "arrived_in"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OneLine:
    """A measure's newest value, or the share of a leaving reason or a family of them, by its name.

    `value` is a fraction for a share; `said` is it in words, with its bounds where it has some; `change` the change
    against a year before in words, "" where that is not known.
    """

    name: str
    label: str
    value: float
    said: str
    period: str
    change: str
    definition: Definition


def of_measure(session: Session, asked: Enquiry) -> OneLine | None:
    """The newest value of a measure; None where its records cannot tell it, or tell more than one.

    Of international retention it is the newest whole year of arrival.
    """
    asking = Asking(session, replace(asked, months=OF_MONTHS.get(asked.measure, asked.months)))
    if (released := _told(asking, asked.measure)) is None:
        return None
    row, name = _the_row(released), COLUMN.get(asked.measure, asked.measure)
    if row is None or row.get(name) is None:
        return None
    before = None if ARRIVED in row else _before(_both(asking, asked.measure), name, row)
    label = released.definition.label + (f", arrived in {row[ARRIVED]}" if ARRIVED in row else "")
    unit = measure(asked.measure).unit
    said = f"{row[name]:.1f} years" if unit == "years" else in_units(row[name], unit)
    main = MainFigure(asked.measure, label, row[name], before, None, released.definition, released)
    return _line(asked.measure, said, row, main)


def of_reasons(session: Session, asked: Enquiry) -> tuple[OneLine, ...]:
    """The share of each leaving reason that was recorded, and of each family of them, with what it is at most.

    First, by the name of the measure, the reason that was given most often, of those that tell why.
    """
    asking = Asking(session, asked)
    single = list(_shares(asking, "reason", {r.name: _plain(r.name) for r in leaving_reasons()}))
    families = _shares(asking, "reason_group", {g.name: g.label for g in reason_groups()})
    telling = {reason.name for reason in leaving_reasons() if reason.tells_why}
    most = next((line for line in single if line.name in telling), None)
    first = [] if most is None else [_most_often(most)]
    return (*first, *single, *families)


def _most_often(most: OneLine) -> OneLine:
    reason = most.label.removeprefix(f"{_CALLED}: ")
    return replace(most, name=REASONS, label="Reason given most often", said=f"{reason}: {most.said}")


_CALLED: Final = "Reason for leaving"


def _shares(asking: Asking, column: str, labels: Mapping[str, str]) -> Iterable[OneLine]:
    by = () if column == "reason" else (column,)
    if (released := _told(asking, REASONS, by=by)) is None:
        return
    both = _both(asking, REASONS, by=by)
    for row in released.rows():
        if row[REASONS] is None:
            continue
        before = _before([other for other in both if other[column] == row[column]], REASONS, row)
        label = f"{_CALLED}: {labels.get(row[column], row[column])}"
        main = MainFigure(REASONS, label, row[REASONS], before, None, released.definition, released)
        yield _line(row[column], _with_bounds(row), row, main)


def _with_bounds(row: Row) -> str:
    """ "10% of leavers; at most 51% if everybody who may have had it did"."""
    share, highest = row[REASONS], row["highest_share"]
    said = f"{share:.0%} of leavers"
    if highest is None or f"{highest:.0%}" == f"{share:.0%}":
        return said
    return f"{said}; at most {highest:.0%} if everybody who may have had it did"


def _plain(reason: str) -> str:
    return reason.removeprefix("Voluntary Resignation - ")


def _told(asking: Asking, name: str, **more: Any) -> Released | None:
    try:
        return asking.about(name, **more)
    except EnquiryRefused:
        return None


def _the_row(released: Released) -> Row | None:
    """The one row that tells a measure; of several years of arrival the newest that is over."""
    rows = released.rows()
    if rows and ARRIVED in rows[0]:
        rows = [row for row in rows if row[ARRIVED] < row["period_end"].year][-1:]
    return rows[0] if len(rows) == 1 else None


def _both(asking: Asking, name: str, **more: Any) -> list[dict[str, Any]]:
    """The newest period and the same a year before, of the same organisations; nothing where one is not loaded."""
    both = _told(asking, name, course=2, step=YEAR, **more)
    return both.rows() if both else []


def _before(both: Sequence[Row], column: str, now: Row) -> float | None:
    """The value a year before; None where both periods asked for at once say another thing of the newer one."""
    by_end = {row["period_end"]: row[column] for row in both}
    if len(both) != 2 or len(by_end) != 2 or by_end.get(now["period_end"]) != now[column]:
        return None
    found: float | None = by_end[min(by_end)]
    return found


def _line(name: str, said: str, row: Row, main: MainFigure) -> OneLine:
    change = "" if main.change == NOT_COMPARED else f"{main.change[0].upper()}{main.change[1:]} on a year before"
    return OneLine(name, main.label, main.value, said, _period(row), change, main.definition)


def _period(row: Row) -> str:
    """ "12 months to October 2025", or the month."""
    period = Period(Month.of(row["period_start"]), Month.of(row["period_end"]))
    return period.in_words if period.months == 1 else f"{period.months} months to {period.last.in_words}"
