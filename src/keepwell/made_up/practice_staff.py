"""Who works in general practice, and since when?

A plain staff list: one row a post, with its first and last day. Each seat of a practice is held by one person
after another; how long somebody stays is exponential, at the leaver rates below (ours; published practice
figures by role were not found).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import numpy as np

from keepwell.made_up.mistakes import CsvTable
from keepwell.made_up.people import YEAR
from keepwell.made_up.places import Practice, practices
from keepwell.made_up.plan import SystemPlan

HEADINGS: Final = (
    "Person ID",
    "Practice Code",
    "Practice Name",
    "Staff Group",
    "Role",
    "FTE",
    "Start Date",
    "End Date",
)
SEATS: Final = (  # staff group, role, share of posts, leaver rate a year
    ("GP", "GP Partner", 12, 0.05),
    ("GP", "Salaried GP", 11, 0.13),
    ("Nurses", "Practice Nurse", 11, 0.10),
    ("Nurses", "Advanced Nurse Practitioner", 4, 0.10),
    ("Direct Patient Care", "Healthcare Assistant", 8, 0.13),
    ("Direct Patient Care", "Pharmacist", 3, 0.14),
    ("Admin/Non-Clinical", "Practice Manager", 7, 0.08),
    ("Admin/Non-Clinical", "Receptionist", 32, 0.15),
    ("Admin/Non-Clinical", "Medical Secretary", 12, 0.11),
)
HOURS: Final = ("1.00", "0.80", "0.67", "0.60", "0.53", "0.40")
VACANT_DAYS: Final = 45


def practice_staff(plan: SystemPlan, people: int, rng: np.random.Generator) -> CsvTable:
    """The staff list of all practices: posts held at some time from the first month on."""
    places = practices(people)
    shares = np.array([seat[2] for seat in SEATS], dtype=np.float64)
    seats = [
        *range(min(len(SEATS), people)),
        *rng.choice(len(SEATS), max(0, people - len(SEATS)), p=shares / shares.sum()),
    ]
    rows = [
        row for number, seat in enumerate(seats) for row in _held(plan, places[number % len(places)], int(seat), rng)
    ]
    rows.sort(key=lambda row: (row[0], row[2], row[5]))
    people_ids = [f"P{number + 1:06}" for number in rng.permutation(len(rows))]
    columns = (people_ids, *map(list, zip(*rows, strict=True)))
    return CsvTable(f"Practice staff {plan.last_month}", HEADINGS, columns)


def _held(
    plan: SystemPlan, practice: Practice, seat: int, rng: np.random.Generator
) -> Iterator[tuple[str, str, str, str, str, str, str]]:
    """Those who held a seat one after another, up to the last month."""
    group, role, _, rate = SEATS[seat]
    first, last = plan.first_month.first_day.toordinal(), plan.last_month.last_day.toordinal()
    start = first - round(float(min(rng.exponential(YEAR / rate), 30 * YEAR)))
    end = first + round(float(rng.exponential(YEAR / rate)))
    while start <= last:
        hours = HOURS[int(rng.integers(0, len(HOURS)))]
        yield practice.code, practice.name, group, role, hours, _day(start), _day(end) if end <= last else ""
        start = end + 1 + int(rng.integers(0, 2 * VACANT_DAYS))
        end = start + round(float(rng.exponential(YEAR / rate)))


def _day(ordinal: int) -> str:
    return dt.date.fromordinal(ordinal).strftime("%d/%m/%Y")
