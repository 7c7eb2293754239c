"""From the rows of general practice to who was there at a month's end, counted so that nobody counts twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import ibis
import pyarrow as pa

from keepwell.errors import EnquiryRefused, listed
from keepwell.periods import Month, Period
from keepwell.records.counting import WINDOW_KEYS, StaffRecords, windows
from keepwell.records.flows import Grouping, keep
from keepwell.records.general_practice import BY_AGE, BY_ROLE, COLLECTED, CONTRACTED, ESTIMATED, GP, PLACE, TOTAL
from keepwell.records.organisations import with_places
from keepwell.records.recodes import Succession, in_todays_terms
from keepwell.records.staff import ACTIVE, CLASSIFIED, NOT_KNOWN
from keepwell.records.staff_records import seen_table

OF_ROLES: Final = frozenset({"role", "role_group", "fully_qualified"})
OF_AGES: Final = frozenset({"age_band"})


@dataclass(frozen=True, slots=True)
class PracticeRecords:
    """Staff of general practice at the ends of periods: rows with period_start and period_end.

    `people`: a row is a person's, and people are counted; else a row is a practice's own count. `patients` are
    those registered, where the files tell.
    """

    rows: ibis.Table
    people: bool
    patients: ibis.Table | None = None

    def headcount(self, where: ibis.Value | None = None) -> ibis.Value:
        """People, each once; of practices the sum of their counts, which `of_group` allows for one alone."""
        if self.people:
            return self.rows.person.nunique(where=where)
        return self.rows.headcount.sum(where=where)

    def fte(self, where: ibis.Value | None = None) -> ibis.Value:
        """FTE of people, or of practices; neither estimates nor contracted services."""
        mine = self.rows.data_source == COLLECTED if self.people else ibis.literal(True)
        return self.rows.fte.sum(where=mine if where is None else mine & where)

    def apart(self) -> dict[str, ibis.Value]:
        """FTE of what is no person: estimates, and contracted services; nothing for practices."""
        if not self.people:
            return {}
        source = self.rows.data_source
        return {
            "fte_estimated": self.rows.fte.sum(where=source == ESTIMATED).fill_null(0.0),
            "fte_contracted": self.rows.fte.sum(where=source == CONTRACTED).fill_null(0.0),
        }

    def of_group(self, grouping: Grouping, *, counting_people: bool, breakdown: str | None = None) -> PracticeRecords:
        """The rows to count for a grouping: of practices one breakdown alone, so that nothing is added twice.

        Raises EnquiryRefused where people of several practices would be added up (`counting_people`), or where
        role and age are both asked of practices.
        """
        if self.people:
            return replace(self, rows=keep(self.rows, grouping))
        if counting_people and not of_one_practice(grouping):
            raise EnquiryRefused(
                "Headcounts of practices must not be added up: a person may work in two of them.",
                found="practices' own counts, without --by organisation",
                attempt="--by organisation; or --basis fte; or load the individual-level file, which counts people",
            )
        rows = self.rows.filter(self.rows.breakdown == (breakdown or breakdown_for(grouping))).drop("breakdown")
        return replace(self, rows=keep(rows, grouping))


def of_one_practice(grouping: Grouping) -> bool:
    return "organisation" in grouping.by or len(dict(grouping.where).get("organisation", ())) == 1


def breakdown_for(grouping: Grouping) -> str:
    """Which of the three breakdowns of a practice's staff answers. Raises EnquiryRefused where none does."""
    asked = set(grouping.fields)
    if asked & OF_ROLES and asked & OF_AGES:
        raise EnquiryRefused(
            "Practices tell their staff by role and by age, but not both at once.",
            found=listed(sorted(asked & (OF_ROLES | OF_AGES))),
            attempt="one of the two; or load the individual-level file",
        )
    return BY_ROLE if asked & OF_ROLES else BY_AGE if asked & OF_AGES else TOTAL


def at_ends(rows: ibis.Table, periods: Sequence[Period], when: str = "last") -> ibis.Table:
    """The rows at the end of each period (`when` "last") or at its start ("before")."""
    table = windows(periods)
    return rows.join(table, rows.month == table[when]).drop("month", "before", "last")


def in_place(
    rows: ibis.Table, places: pa.Table, successions: Sequence[Succession], *, networks: bool = False
) -> ibis.Table:
    """Rows in today's terms: a practice that merged stands under its successor, with every place filled in.

    `networks`: the organisation is the PCN itself.
    """
    named = rows.filter(rows.organisation_name.notnull())
    names = named.group_by("organisation").aggregate(newest_name=named.organisation_name.argmax(named.month))
    restated = in_todays_terms(rows, [], successions) if successions else rows
    with_names = restated.left_join(names, "organisation")
    with_names = with_names.mutate(
        organisation_name=ibis.coalesce(with_names.newest_name, with_names.organisation_name)
    )
    filled = with_places(with_names.select(*rows.columns), places)
    filled = filled.mutate({name: filled[name].fill_null(NOT_KNOWN) for name in PLACE})
    return filled.mutate(pcn=filled.organisation, pcn_name=filled.organisation_name) if networks else filled


def positions_of(people: ibis.Table) -> ibis.Table:
    """The people as spells of one month each, one a person and place, so that who came and went can be counted.

    The row with the most FTE classifies, FTE is summed. Rows that are no person's are left aside.
    """
    real = people.filter(people.person.notnull())
    one = [real.month, real.organisation, real.person]
    order = [
        ibis.desc(real.fte.fill_null(0.0)),
        real.role,
        real.detailed_role,
        real.staff_group,
        real.age_band,
        real.sex,
    ]
    each = real.mutate(
        number=ibis.row_number().over(ibis.window(group_by=one, order_by=order)),
        fte=real.fte.sum().over(ibis.window(group_by=one)),
    )
    first = each.filter(each.number == 0)
    unsaid = {name: ibis.literal(NOT_KNOWN) for name in CLASSIFIED if name not in first.columns}
    return first.mutate(
        **unsaid | {"job_role": first.role},
        state=ibis.literal(ACTIVE),
        birth_month=ibis.null("int32"),
        started=ibis.null("date"),
        first_month=first.month,
        last_month=first.month,
    ).drop("month", "number", "data_source")


def staff_of(positions: ibis.Table, months: Sequence[Month]) -> StaffRecords:
    """Positions as staff records, every place seen in every month: each file tells of all of them."""
    organisations = positions.organisation.as_table().distinct().organisation.to_pyarrow().to_pylist()
    return StaffRecords(positions, seen_table({o: [m.index for m in months] for o in organisations}))


def months_of(rows: ibis.Table) -> list[Month]:
    return [Month(m) for m in sorted(rows.month.as_table().distinct().month.to_pyarrow().to_pylist())]


def fully_qualified_gps(rows: ibis.Table) -> ibis.Value:
    return (rows.staff_group == GP) & (rows.fully_qualified == "yes")


__all__ = [
    "WINDOW_KEYS",
    "PracticeRecords",
    "at_ends",
    "breakdown_for",
    "fully_qualified_gps",
    "in_place",
    "months_of",
    "of_one_practice",
    "positions_of",
    "staff_of",
]
