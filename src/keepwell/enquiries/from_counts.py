"""What do tables of counts say?

One table answers, the one that has every field asked for; tables are never added to each other. Nobody can be
followed in counts, so leavers are those that the table says, month by month, over the mean of the month ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import ibis

from keepwell.disclosure import Released, release
from keepwell.enquiries.asking import Asked, Chosen, Enquiry, definition, periods_of, where_in_words
from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.measures.ratio import ratio
from keepwell.periods import Period
from keepwell.records.counts import NAMES, CountTable, added_up, chosen_counts, count_tables, counts_of_periods

COUNTED_IN: Final = {"headcount": "headcount", "fte": "fte", "leaver_rate": "leavers"}
MONTHLY: Final = (
    "monthly: leavers and joiners of the months summed, over the mean of all month ends; as the table counts them"
)
AT_THE_END: Final = "snapshot: in post at the month's end, as the table counts them"
WHOSE: Final = "staff as the table counts them"
NOT_NATIONAL: Final = (
    "Leavers summed over months: somebody who left twice counts twice. Not comparable with the national rate, which "
    "compares those in post at the start with those in post at the end."
)
SHOWN: Final = {
    "headcount": ("headcount_at_end",),
    "fte": ("fte_at_end",),
    "leavers": ("headcount_at_start", "headcount_at_end", "average_headcount", "month_ends", "leavers"),
    "joiners": ("headcount_at_start", "headcount_at_end", "average_headcount", "month_ends", "joiners"),
    "leaver_rate": (
        "headcount_at_start",
        "headcount_at_end",
        "average_headcount",
        "month_ends",
        "leavers",
        "leaver_rate",
    ),
}
"""The columns of each measure's answer, after the period and the groups."""


def from_counts(asked: Asked) -> Released:
    """The answer from a table of counts: single months unless told otherwise; longer periods sum their months."""
    enquiry, name = asked.enquiry, asked.measure.name
    _refuse_what_is_not_counted(asked)
    table = _table(asked)
    asked = replace(asked, loads=table.loads)
    periods = periods_of(enquiry, table.months, default_months=1)
    rows = chosen_counts(table, enquiry.grouping)
    looked_at = [p if _flow(name) else Period(p.last, p.last) for p in periods]
    within = rows.filter(rows.month.between(looked_at[0].month_before.index, looked_at[-1].last.index))
    names = [n for n in NAMES if n in rows.columns and n.removesuffix("_name") in enquiry.by]
    counts = counts_of_periods(within, looked_at, enquiry.grouping, table.months, names=names)
    answered = _shown(counts, name, periods, enquiry)
    _refuse_unsaid(answered, table, COUNTED_IN.get(name, name))
    chosen = Chosen(asked.source, "monthly" if _flow(name) else "snapshot", _basis(asked), "", periods)
    where = where_in_words(enquiry)
    return release(
        answered.to_pyarrow(),
        definition(
            asked,
            chosen,
            method=MONTHLY if _flow(name) else AT_THE_END,
            population=f"{WHOSE}; {where}" if where else WHOSE,
        ),
        policy=enquiry.policy,
        audience=enquiry.audience,
        inputs_published=all(load.published for load in table.loads),
        notes=tuple(_notes(asked, table, within, answered)),
    )


def _flow(name: str) -> bool:
    return name not in ("headcount", "fte")


def _basis(asked: Asked) -> str:
    return asked.enquiry.basis or asked.measure.bases[0]


def _refuse_what_is_not_counted(asked: Asked) -> None:
    enquiry = asked.enquiry
    method = "monthly" if _flow(asked.measure.name) else "snapshot"
    if enquiry.method not in (None, method):
        raise EnquiryRefused(
            "A table of counts cannot follow people: who came and who went is known only month by month.",
            found=f"--method {enquiry.method}",
            attempt=f"--method {method}, or load staff records",
        )
    if enquiry.leaving is not None:
        raise EnquiryRefused(
            "A table of counts does not say what its leavers left.",
            found=f"--leaving {enquiry.leaving}",
            attempt="leave --leaving out, or load staff records",
        )
    if _flow(asked.measure.name) and enquiry.basis == "fte":
        raise EnquiryRefused(
            "A table of counts has its leavers and joiners in people only.",
            found="--basis fte",
            attempt="--basis headcount, or load staff records",
        )


def _table(asked: Asked) -> CountTable:
    """The one table that has every field and count asked for, and the month where one was named.

    Raises EnquiryRefused where there is none, or more than one.
    """
    session, enquiry, needed = asked.session, asked.enquiry, COUNTED_IN.get(asked.measure.name, asked.measure.name)
    tables = count_tables(session.workspace, session.generation, asked.loads)
    fitting = [t for t in tables if set(enquiry.grouping.fields) <= set(t.fields) and t.counts(needed)]
    if len(fitting) > 1 and enquiry.end is not None:
        fitting = [t for t in fitting if enquiry.end in t.months] or fitting
    if not fitting:
        raise EnquiryRefused(
            f"No table that is loaded counts {needed} by every field asked for.",
            found=f"asked: {listed(list(enquiry.grouping.fields)) or 'no field'}; tables by {_named(tables)}",
            attempt="--by and --where with fields of one table, or load a table that has them",
        )
    if len(fitting) > 1:
        raise EnquiryRefused(
            "More than one table can answer, and they would not say the same.",
            found=f"tables by {_named(fitting)}",
            attempt="name a field that only one of them has, with --by or --where, or for an --end that only one has; or keepwell unload one",
        )
    return fitting[0]


def _named(tables: Sequence[CountTable]) -> str:
    return "; ".join(f"{t.name} (load {listed([str(load.number) for load in t.loads], 3)})" for t in tables)


def _shown(counts: ibis.Table, name: str, periods: Sequence[Period], enquiry: Enquiry) -> ibis.Table:
    """The columns of the measure, with the period as it was asked for."""
    made = counts.mutate(leaver_rate=ratio(counts.leavers, counts.average_headcount))
    if not _flow(name):
        back = periods[0].months - 1
        made = made.mutate(period_start=made.period_start - ibis.interval(months=back)) if back else made
        made = made.mutate(period_start=made.period_start.cast("date"))
    groups = [c for c in counts.columns if c in enquiry.by or c in NAMES]
    return made.select("period_start", "period_end", *groups, *SHOWN[name]).order_by(["period_end", *enquiry.by])


def _refuse_unsaid(answered: ibis.Table, table: CountTable, what: str) -> None:
    """Raises EnquiryRefused where some cell that goes in is empty in the file: what is not said is not nobody."""
    column = what if what in ("leavers", "joiners") else f"{what}_at_end"
    tested = [column, "average_headcount"] if "average_headcount" in answered.columns else [column]
    unsaid = answered.filter(ibis.or_(*(answered[c].isnull() for c in tested))).count().to_pyarrow().as_py()
    if unsaid:
        raise EnquiryRefused(
            f"The table does not say how many {what} there were in every cell that goes in.",
            found=f"{counted(unsaid, 'row')} of the answer without it, from {listed([x.file for x in table.loads], 3)}",
            attempt="choose other months or groups, or load a table that has them",
        )


def _notes(asked: Asked, table: CountTable, rows: ibis.Table, answered: ibis.Table) -> list[str]:
    enquiry, notes = asked.enquiry, []
    if over := [f.replace("_", " ") for f in added_up(rows, table, enquiry.grouping)]:
        notes.append(
            f"No total in the table over {listed(over)}: parts added up, and people in two of them count twice."
        )
    if "headcount_at_end" in answered.columns and enquiry.by:
        notes.append("People in two groups count in both: groups can add up to more than the total in headcount.")
    if _flow(asked.measure.name):
        notes.append(NOT_NATIONAL)
        notes += _average_in_words(answered)
    return notes


def _average_in_words(answered: ibis.Table) -> list[str]:
    """Which month ends the averages are of, period by period where they are not alike."""
    rows = answered.select("period_end", "month_ends", "headcount_at_start").to_pyarrow().to_pylist()
    without = sorted({row["period_end"] for row in rows if row["headcount_at_start"] is None})
    if not without:
        return ["The average is of all month ends from the one before the period to its last."]
    which = "" if len(without) == len({row["period_end"] for row in rows}) else f" of periods ending {without[0]}"
    return [f"The table does not have the month before: the average{which} is of the month ends inside the period."]
