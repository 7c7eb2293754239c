"""How many patients are there to each full-time GP?"""

from __future__ import annotations

import ibis

from keepwell.errors import EnquiryRefused
from keepwell.measures.ratio import ratio
from keepwell.records.counting import WINDOW_KEYS, grouped
from keepwell.records.flows import Grouping, keep
from keepwell.records.general_practice import BY_ROLE, GP, PLACE, TOTAL
from keepwell.records.practice_counts import OF_ROLES, PracticeRecords

KEYS = (*WINDOW_KEYS, "organisation")


def patients_per_fte(records: PracticeRecords, grouping: Grouping) -> ibis.Table:
    """Registered patients to each FTE of fully qualified GPs, or of the staff group asked for.

        patients of practices with data / FTE of those practices

    GPs are the fully qualified ones, without those in training, unless a role is asked for. Patients of practices
    that gave no data on the staff group are in neither part; their number stands beside.

    Columns: practices, practices_without_data, patients, fte, patients_per_fte.
    Source: General Practice Workforce, patients and FTE of practices.
    """
    if records.patients is None or records.people:
        raise EnquiryRefused(
            "These files do not tell patients.", found="people alone", attempt="the practice-level file"
        )
    group = _one_staff_group(grouping)
    registered = _with_data(records, group)
    at = Grouping(
        tuple(n for n in grouping.by if n not in OF_ROLES), tuple(w for w in grouping.where if w[0] not in OF_ROLES)
    )
    here = keep(registered, at)
    patients = grouped(
        here,
        at,
        practices=here.organisation.nunique(where=here.told),
        practices_without_data=here.organisation.nunique(where=~here.told),
        patients=here.patients.sum(where=here.told),
    )
    fte = _fte(records, registered, grouping, group)
    roles = [name for name in grouping.by if name in OF_ROLES]
    how = "inner" if roles else "left"  # practices with patients and nobody are shown, without a ratio
    table = patients.join(fte, [*WINDOW_KEYS, *at.by], how=how)
    shown = table.select(*WINDOW_KEYS, *grouping.shown, "practices", "practices_without_data", "patients", "fte")
    shown = shown.mutate(fte=(shown.practices > 0).ifelse(shown.fte.fill_null(0.0), ibis.null("float64")))
    return shown.mutate(patients_per_fte=ratio(shown.patients, shown.fte))


def _one_staff_group(grouping: Grouping) -> str | None:
    """The one staff group asked for; None where each is shown. GPs unless told."""
    asked = dict(grouping.where).get("staff_group", ())
    if "staff_group" in grouping.by:
        return None
    if len(asked) > 1:
        raise EnquiryRefused(
            "Patients can be set against one staff group at a time.",
            found=f"--where staff_group, {len(asked)} times",
            attempt="--by staff_group",
        )
    return asked[0] if asked else GP


def _with_data(records: PracticeRecords, group: str | None) -> ibis.Table:
    """Practices with their patients, one row a staff group: whether they gave data on it (`told`)."""
    assert records.patients is not None
    rows = records.rows.filter(records.rows.breakdown == TOTAL)
    rows = rows if group is None else rows.filter(rows.staff_group.lower() == group.casefold())
    patients = records.patients.select(*KEYS, "patients")
    summed = patients.group_by(list(KEYS)).aggregate(patients=patients.patients.sum())
    once = rows.group_by([*KEYS, "staff_group"]).aggregate(
        **{name: rows[name].max() for name in PLACE if name not in KEYS}, known=rows.fte.count(), of=rows.count()
    )
    joined = once.join(summed, list(KEYS))
    return joined.mutate(told=(joined.known == joined.of) & (joined.patients > 0))


def _fte(records: PracticeRecords, registered: ibis.Table, grouping: Grouping, group: str | None) -> ibis.Table:
    """FTE of the practices with data, by all that is asked for."""
    by_role = bool(set(grouping.fields) & OF_ROLES)
    every = records.rows
    gps = every.filter((every.breakdown == BY_ROLE) & (every.staff_group == GP))
    gps = gps if by_role else gps.filter(gps.fully_qualified == "yes")
    others = every.filter((every.breakdown == (BY_ROLE if by_role else TOTAL)) & (every.staff_group != GP))
    rows = ibis.union(gps, others)
    rows = rows if group is None else rows.filter(rows.staff_group.lower() == group.casefold())
    told = registered.filter(registered.told).select(*KEYS, "staff_group")
    rows = keep(rows.semi_join(told, [*KEYS, "staff_group"]), grouping, among=every)
    names = {n: rows[n].max() for n in grouping.shown if n in OF_ROLES and n not in grouping.by}
    return rows.group_by([*WINDOW_KEYS, *grouping.by]).aggregate(**names, fte=rows.fte.sum())
