"""How many people in general practice are near the ages at which many retire?"""

from __future__ import annotations

from typing import Final

import ibis

from keepwell.measures.ratio import ratio
from keepwell.records.counting import grouped
from keepwell.records.flows import Grouping
from keepwell.records.general_practice import BY_AGE, reached
from keepwell.records.practice_counts import PracticeRecords

YEARS: Final = 55


def share_aged_55_and_over(records: PracticeRecords, grouping: Grouping) -> ibis.Table:
    """Of those whose age band is known, the share aged 55 and over.

        people aged 55 and over / people whose age band is known

    Of practice files the same of FTE: they tell contracted time by age band, and people only practice by
    practice. A band that begins before 55 and ends after it counts as not known.

    Columns: of people headcount, age_not_known, aged_55_and_over (people); of practices fte_age_known,
    fte_aged_55_and_over; share_aged_55_and_over, a fraction from 0 to 1.
    Source: General Practice Workforce, age bands.
    """
    chosen = records.of_group(grouping, counting_people=False, breakdown=BY_AGE)
    bands = chosen.rows.age_band.as_table().distinct().age_band.to_pyarrow().to_pylist()
    known = chosen.rows.age_band.isin([b for b in bands if reached(str(b), YEARS) is not None])
    aged = chosen.rows.age_band.isin([b for b in bands if reached(str(b), YEARS)])
    if not chosen.people:
        fte = grouped(
            chosen.rows, grouping, fte_age_known=chosen.fte(known), fte_aged_55_and_over=chosen.fte(aged).fill_null(0.0)
        )
        return fte.mutate(share_aged_55_and_over=ratio(fte.fte_aged_55_and_over, fte.fte_age_known))
    people = grouped(
        chosen.rows,
        grouping,
        headcount=chosen.headcount(),
        age_known=chosen.headcount(known),
        aged_55_and_over=chosen.headcount(aged),
    )
    shared = people.mutate(
        age_not_known=people.headcount - people.age_known,
        share_aged_55_and_over=ratio(people.aged_55_and_over, people.age_known),
    )
    return shared.relocate("age_not_known", after="headcount").drop("age_known")
