"""What do the monthly staff extract and the leavers extract of a trust look like?

In the manner of ESR Business Intelligence. They hold names and numbers of the kind that a loader must drop on
sight: all are made up, and no National Insurance number begins with ZZ.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import numpy as np

from keepwell.made_up.jobs import ESR_GROUPS, JOBS, Flags, Ints
from keepwell.made_up.mistakes import CsvTable
from keepwell.made_up.people import (
    DISABILITIES,
    ETHNICITIES,
    FIRST_NAMES,
    NATIONALITIES,
    ORIENTATIONS,
    RELIGIONS,
    SEXES,
    SURNAMES,
    redrawn,
)
from keepwell.made_up.places import renamed_units
from keepwell.made_up.reasons import DESTINATIONS, REASONS
from keepwell.made_up.staff import BANK, CONTRACTS, SECOND_BANK, SOURCES, STATUSES, STILL_HERE
from keepwell.made_up.system import System
from keepwell.periods import Month

_FIRST_DAY: Final = dt.date(1930, 1, 1).toordinal()
_DAYS: Final = [
    dt.date.fromordinal(day).strftime("%d/%m/%Y") for day in range(_FIRST_DAY, dt.date(2061, 1, 1).toordinal())
]
FULL_WEEK: Final = 37.5


def words(vocabulary: Sequence[str], numbers: Ints) -> list[str]:
    """The words that numbers stand for."""
    table = np.array(vocabulary, dtype=object)
    found: list[str] = table[numbers].tolist()
    return found


def days(ordinals: Ints) -> list[str]:
    return words(_DAYS, ordinals - _FIRST_DAY)


_FTE: Final = [f"{hundredths / 100:.2f}" for hundredths in range(201)]
_HOURS: Final = [f"{hundredths / 100 * FULL_WEEK:.2f}" for hundredths in range(201)]
_ROLES: Final = [job.role for job in JOBS]
_PAY: Final = [job.pay for job in JOBS]
_OCCUPATIONS: Final = [job.occupation for job in JOBS]
_GROUPS: Final = [ESR_GROUPS[job.group] for job in JOBS]


def staff_in_post(system: System, trust: int, month: Month, redraw: bool = False) -> CsvTable:
    """The extract of one trust at a month's end: one row an assignment, primary ones before others."""
    posts = system.posts
    here = np.flatnonzero((posts.left == STILL_HERE) & (posts.trust == trust))
    seconds = here[posts.second[here] > 0]
    row = np.concatenate([here, seconds])
    is_second = np.repeat([False, True], [len(here), len(seconds)])
    order = np.lexsort((is_second, posts.employee[row]))
    row, is_second = row[order].astype(np.int32), is_second[order]
    on_bank = is_second & (posts.second[row] == SECOND_BANK)
    fte = np.where(is_second, np.where(on_bank, 0, posts.second_fte[row]), posts.fte[row])
    unit = np.where(is_second, posts.second_unit[row], posts.unit[row])
    contract = np.where(on_bank, BANK, posts.contract[row])
    columns = {
        **_who(system, row, np.full(len(row), redraw), is_second),
        **_names(system, row),
        **_where(system, trust, unit, [month] * len(row)),
        **_what(system, row),
        "Assignment Category": words(CONTRACTS, contract),
        "Assignment Status": words(STATUSES, posts.status[row]),
        "Primary": words(("Yes", "No"), is_second.astype(np.int32)),
        "FTE": words(_FTE, fte),
        "Contracted Hours": words(_HOURS, fte),
        "Latest Start Date": days(posts.hired[row]),
        "Effective Date": [month.last_day.strftime("%d/%m/%Y")] * len(row),
        **_characteristics(system, row),
    }
    title = f"Staff in Post - {system.trusts[trust].name} - {month.in_words}"
    return CsvTable(title, tuple(columns), tuple(columns.values()))


def leavers(system: System, trust: int, taken: Month, which: Ints, redraw_from: Month | None = None) -> CsvTable:
    """The leavers extract of one trust: one row a person who left, in order of their last day."""
    posts = system.posts
    row = which[np.lexsort((posts.employee[which], posts.left[which]))]
    left_in = [Month.of(dt.date.fromordinal(day)) for day in posts.left[row].tolist()]
    redraw = np.array([redraw_from is not None and month >= redraw_from for month in left_in], dtype=np.bool_)
    who = _who(system, row, redraw, np.zeros(len(row), dtype=np.bool_))
    del who["Assignment Number"]
    characteristics = _characteristics(system, row)
    columns = {
        **who,
        **_where(system, trust, posts.unit[row], left_in),
        **_what(system, row),
        "Assignment Category": words(CONTRACTS, posts.contract[row]),
        "FTE": words(_FTE, posts.full_fte[row]),
        "Latest Start Date": days(posts.hired[row]),
        "Termination Date": days(posts.left[row]),
        "Leaving Reason": words(REASONS, posts.reason[row]),
        "Destination on Leaving": words(DESTINATIONS, posts.destination[row]),
        **{name: characteristics[name] for name in ("Date Of Birth", "Gender", "Ethnic Origin")},
        "Recruitment Source": characteristics["Recruitment Source"],
    }
    title = f"Leavers - {system.trusts[trust].name} - to {taken.in_words}"
    return CsvTable(title, tuple(columns), tuple(columns.values()))


def _who(system: System, row: Ints, redraw: Flags, is_second: Flags) -> dict[str, list[str]]:
    """Identifiers. A second assignment, and one after a return, have a number behind the employee's."""
    nhs, employee = system.people.nhs_identifier[system.posts.person[row]], system.posts.employee[row]
    nhs, employee = np.where(redraw, redrawn(nhs), nhs), np.where(redraw, redrawn(employee), employee)
    suffix = 2 * system.posts.spell[row] - 1 + is_second
    return {
        "Unique NHS Identifier": [str(number) for number in nhs.tolist()],
        "Employee Number": [str(number) for number in employee.tolist()],
        "Assignment Number": [
            f"{number}-{n}" if n > 1 else str(number)
            for number, n in zip(employee.tolist(), suffix.tolist(), strict=True)
        ],
    }


def _names(system: System, row: Ints) -> dict[str, list[str]]:
    person = system.posts.person[row]
    return {
        "Last Name": words(SURNAMES, system.people.surname[person]),
        "First Name": words(FIRST_NAMES, system.people.first_name[person]),
        "NI Number": [f"ZZ{number % 1_000_000:06}A" for number in person.tolist()],
    }


def _where(system: System, trust: int, unit: Ints, months: list[Month]) -> dict[str, list[str]]:
    """Organisation, directorate and ward, by the names of each row's month."""
    names = words(system.units.names, unit)
    if system.plan.rename_on is not None and trust == 0:
        new = renamed_units(system.units)
        rename_on = system.plan.rename_on
        names = [new.get(name, name) if month >= rename_on else name for name, month in zip(names, months, strict=True)]
    return {
        "Organisation Code": [system.trusts[trust].code] * len(unit),
        "Organisation Name": [system.trusts[trust].name] * len(unit),
        "Directorate": words(system.units.directorates, unit),
        "Organisation": names,
    }


def _what(system: System, row: Ints) -> dict[str, list[str]]:
    job = system.posts.job[row]
    return {
        "Staff Group": words(_GROUPS, job),
        "Role": words(_ROLES, job),
        "Occupation Code": words(_OCCUPATIONS, job),
        "Pay Scale Description": words(_PAY, job),
    }


def _characteristics(system: System, row: Ints) -> dict[str, list[str]]:
    people, person = system.people, system.posts.person[row]
    return {
        "Date Of Birth": days(people.birth[person]),
        "Gender": words(SEXES, people.sex[person]),
        "Ethnic Origin": words(ETHNICITIES, people.ethnicity[person]),
        "Nationality": words(NATIONALITIES, people.nationality[person]),
        "Disabled": words(DISABILITIES, people.disability[person]),
        "Religious Belief": words(RELIGIONS, people.religion[person]),
        "Sexual Orientation": words(ORIENTATIONS, people.orientation[person]),
        "Recruitment Source": words(SOURCES, system.posts.source[row]),
    }
