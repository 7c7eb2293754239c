"""Who came to general practice and who went, where the same people can be followed?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import ibis

from keepwell.disclosure import Released, release
from keepwell.enquiries.asking import (
    LEAVING,
    Asked,
    Chosen,
    definition,
    where_in_words,
    with_interval,
    with_rates,
)
from keepwell.errors import EnquiryRefused
from keepwell.measures.change_in_staff import change_in_staff
from keepwell.periods import Period
from keepwell.records.counting import snapshot_flows, windows
from keepwell.records.practice_counts import months_of, positions_of, staff_of
from keepwell.sources.same_practice_people import people_in, why_not_the_same

FLOWS: Final = frozenset(
    {"leaver_rate", "joiner_rate", "stability_index", "leavers", "joiners", "share_who_left", "change_in_staff"}
)
"""Measures for which people must be followed from the start of a period to its end."""


def flows_of_people(
    asked: Asked, rows: ibis.Table, periods: Sequence[Period], population: str, notes: Sequence[str]
) -> Released:
    """Joiners, leavers and movers between the places of the file, by snapshot.

    Raises EnquiryRefused where the identifiers at the two ends of a period are not the same people's: then only
    net_change can be told.
    """
    enquiry, name = asked.enquiry, asked.measure.name
    leaving = enquiry.leaving or "organisation"
    _refuse_choices(asked, leaving)
    _refuse_redrawn(rows, periods)
    positions = asked.session.kept(f"positions_{asked.source}", lambda: positions_of(rows))
    records = staff_of(positions, months_of(rows))
    basis = enquiry.basis or asked.measure.bases[0]
    if name == "change_in_staff":
        table = change_in_staff(records, windows(periods), enquiry.grouping)
    else:
        counts = snapshot_flows(records, windows(periods), enquiry.grouping, leaving)
        table = with_rates(counts, basis, stable=True)
    made = table.order_by(["period_end", *enquiry.by]).to_pyarrow()
    where = where_in_words(enquiry)
    return release(
        with_interval(made) if name == "share_who_left" else made,
        definition(
            asked,
            Chosen(asked.source, "snapshot", basis, leaving, tuple(periods)),
            method="snapshot: in the files of both ends, or of one of them",
            population=f"{population}; {where}" if where else population,
        ),
        policy=enquiry.policy,
        audience=enquiry.audience,
        inputs_published=all(load.published for load in asked.loads),
        notes=(*notes, *_notes(leaving, asked)),
    )


def _refuse_choices(asked: Asked, leaving: str) -> None:
    if leaving == "nhs" or asked.enquiry.method not in (None, "snapshot"):
        said = "--leaving nhs" if leaving == "nhs" else f"--method {asked.enquiry.method}"
        raise EnquiryRefused(
            "These files show people at the ends of months, in general practice alone.",
            found=said,
            attempt=f"--method snapshot and --leaving {' or '.join(x for x in LEAVING if x != 'nhs')}",
        )


def _refuse_redrawn(rows: ibis.Table, periods: Sequence[Period]) -> None:
    for period in periods:
        a, b = period.month_before, period.last
        then, now = (people_in(rows.filter(rows.month == m.index).to_pyarrow()) for m in (a, b))
        if why := why_not_the_same(then, now, b - a):
            raise EnquiryRefused(
                f"People cannot be followed from {a} to {b}: the identifiers were dealt out anew.",
                found=why,
                attempt="the measure net_change, which needs nobody to be followed",
            )


def _notes(leaving: str, asked: Asked) -> list[str]:
    notes = ["A practice that stops giving data takes its people out of the file: they count as leavers."]
    if leaving == "organisation":
        notes.append(
            "Moving to another place of the file counts as leaving; --leaving system counts who left them all."
        )
    return notes if asked.source == "gpw_individual" else notes[1:]
