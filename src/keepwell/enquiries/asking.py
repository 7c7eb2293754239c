"""What is being asked, and with which choices is it answered?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import numpy as np
import pyarrow as pa

from keepwell.disclosure import Definition
from keepwell.enquiries.session import Session
from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.measures import Measure
from keepwell.measures.joiner_rate import joiner_rate
from keepwell.measures.leaver_rate import leaver_rate
from keepwell.measures.stability_index import stability_index
from keepwell.periods import Month, Period
from keepwell.records.flows import Grouping
from keepwell.records.workspace import Load

LEAVING = ("organisation", "staff_group", "system", "nhs")
METHODS = ("snapshot", "event", "monthly")
BASES = ("headcount", "fte")


@dataclass(frozen=True, slots=True)
class Enquiry:
    """One question.

    `end` is the last month of the (last) period, None for the newest loaded; `months` the length of a
    period, None for the source's own (1 for published months, 12 for staff records). `course` asks for
    that many periods, each ending `step` months after the one before. `audience` is one that was declared, and
    the answer is for it. None elsewhere means the default.
    """

    measure: str
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    end: Month | None = None
    months: int | None = None
    course: int = 1
    step: int = 1
    method: str | None = None
    basis: str | None = None
    leaving: str | None = None
    source: str | None = None
    policy: str | None = None
    audience: str | None = None
    vintage: int | None = None

    @property
    def grouping(self) -> Grouping:
        return Grouping(self.by, self.where)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The choices with which an enquiry is answered: its own, or the defaults of its source."""

    source: str
    method: str
    basis: str
    leaving: str
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """An enquiry with everything that answering it needs: what was loaded, and what the measure is."""

    session: Session
    source: str
    loads: tuple[Load, ...]
    enquiry: Enquiry
    measure: Measure


def where_in_words(enquiry: Enquiry) -> str:
    return "; ".join(f"{name.replace('_', ' ')}: {' or '.join(values)}" for name, values in enquiry.where)


def with_rates(flows: ibis.Table, basis: str, *, stable: bool) -> ibis.Table:
    """Flows with the three rates. Where leavers are not all from those at the start, stability has no value."""
    rated = joiner_rate(leaver_rate(flows, basis), basis)
    if stable:
        return stability_index(rated, basis)
    return rated.mutate(stability_index=ibis.null("float64"))


def with_interval(table: pa.Table) -> pa.Table:
    """Flows with the share of those at the start who left, and its exact 95% interval (Clopper and Pearson), as columns.

    Groups with nobody at the start have none of the three.
    """
    from keepwell.comparison import exact_interval  # noqa: PLC0415 (scipy takes a second to load)

    there = table["headcount_at_start"].to_numpy()
    left = table["leavers"].to_numpy()
    interval = exact_interval(left, there)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(there > 0, left / np.maximum(there, 1), np.nan)
    columns = {"share_who_left": share, "lower_95": interval.lower, "upper_95": interval.upper}
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values, pa.float64(), from_pandas=True))
    return table


def periods_of(enquiry: Enquiry, have: Sequence[Month], *, default_months: int) -> tuple[Period, ...]:
    last = enquiry.end or have[-1]
    months = enquiry.months or default_months
    return tuple(Period.ending(last + enquiry.step * (i + 1 - enquiry.course), months) for i in range(enquiry.course))


def refuse_unknown_choices(enquiry: Enquiry, asked: Measure) -> None:
    for option, value, allowed in (
        ("method", enquiry.method, asked.methods),
        ("basis", enquiry.basis, asked.bases),
        ("leaving", enquiry.leaving, LEAVING),
    ):
        if value is not None and value not in allowed:
            raise EnquiryRefused(
                f"{asked.label} does not go by that {option}.",
                found=f"--{option} {value}",
                attempt=" or ".join(f"--{option} {v}" for v in allowed) or f"leave --{option} out",
            )


def definition(asked: Asked, chosen: Chosen, *, method: str, population: str) -> Definition:
    """What the number is, from the measure's own words and the choices with which it was made."""
    last = chosen.periods[-1]
    measure = asked.measure
    return Definition(
        measure=measure.name,
        label=measure.label,
        words={"event": measure.words_by_event, "monthly": measure.words_by_month}.get(chosen.method) or measure.words,
        formula=(chosen.method == "monthly" and measure.formula_by_month) or measure.formula,
        unit=measure.unit,
        basis=chosen.basis,
        window=f"{counted(last.months, 'month')}, {last.start.isoformat()} to {last.end.isoformat()}",
        method=method,
        leaving=LEAVING_WORDS.get(chosen.leaving, ""),
        population=population,
        source=f"{chosen.source}: {listed([load.file for load in asked.loads], 3)}",
        vintage=asked.session.vintage_in_words(asked.loads),
        reference=measure.reference,
        columns=COLUMN_WORDS | measure.columns,
    )


LEAVING_WORDS = {
    "organisation": "left their organisation",
    "staff_group": "left their staff group in their organisation",
    "system": "left every organisation loaded here",
    "nhs": "left the NHS",
}

COLUMN_WORDS = {
    "period_start": "first day of the period",
    "period_end": "last day of the period",
    "headcount_at_start": "people in post at close of the day before the period",
    "headcount_at_end": "people in post at close of the period's last day",
    "average_headcount": "mean of the headcounts at all month ends from start to end that are known",
    "month_ends": "how many month ends are in the average headcount",
    "fte_at_start": "contracted full-time equivalents of those people at the start",
    "fte_at_end": "contracted full-time equivalents of those people at the end",
    "joiners": "people in post at the end and not at the start",
    "leavers": "people in post at the start and not at the end",
    "joiners_fte": "contracted full-time equivalents of the joiners",
    "leavers_fte": "contracted full-time equivalents of the leavers",
    "leavers_paused": "of the leavers, those who went on unpaid leave or a career break",
    "leaver_rate": "leavers divided by the mean of staff at start and end, a fraction",
    "joiner_rate": "joiners divided by the mean of staff at start and end, a fraction",
    "stability_index": "share of those at the start who are still there at the end, a fraction",
    "hidden": "names of the cells of this row that are hidden (shown as *)",
}
