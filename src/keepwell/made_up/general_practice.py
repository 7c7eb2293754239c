"""What do the made-up practices tell NHS England of their staff, and what is published of it?

The General Practice Workforce's practice-level and individual-level files, of the people in the practices' own
staff list, and of GPs in training and locums, whom practices do not employ. One practice gives no data on
its nurses: the individual-level file has estimates instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from keepwell.made_up.mistakes import CsvTable, write_csv
from keepwell.made_up.people import YEAR
from keepwell.made_up.places import ICB, ICB_NAME, NETWORKS, REGION, REGION_NAME, Practice, practices
from keepwell.made_up.plan import SystemPlan
from keepwell.periods import Month

SUB_ICB: Final = "98Z"
SUB_ICB_NAME: Final = f"NHS {ICB_NAME} ICB - {SUB_ICB}"
PATIENTS_PER_GP: Final = 1900
_FOR_EVER: Final = dt.date.max.toordinal()
GROUPS: Final = (("GP", "GP"), ("NURSES", "Nurses"), ("DPC", "Direct Patient Care"), ("ADMIN", "Admin/Non-Clinical"))
ROLES: Final = {  # of the practices' staff list: heading, role and detailed role as published
    "GP Partner": ("GP_PTNR_PROV", "Partner/Provider", "Partner/Provider"),
    "Salaried GP": ("GP_SAL_BY_PRAC", "Salaried", "Salaried By Practice"),
    "GP in training": ("GP_TRN_GR_ST3", "GPs in Training Grades", "In Training Grade - ST3"),
    "Locum": ("GP_LOCUM_ABS", "Regular Locums", "Locum - Covering absence"),
    "Practice Nurse": ("N_PRAC_NURSE", "Practice Nurse", "Practice Nurse"),
    "Advanced Nurse Practitioner": ("N_ADV_NURSE_PRAC", "Advanced Nurse Practitioner", "Advanced Nurse Practitioner"),
    "Healthcare Assistant": ("DPC_HCA", "Healthcare Assistant", "Healthcare Assistant"),
    "Pharmacist": ("DPC_PHARMA", "Pharmacist", "Pharmacist"),
    "Practice Manager": ("ADMIN_MANAGER", "Manager", "Manager"),
    "Receptionist": ("ADMIN_RECEPT", "Receptionist", "Receptionist"),
    "Medical Secretary": ("ADMIN_MED_SECRETARY", "Medical Secretary", "Medical Secretary"),
}
HEADLINES: Final = {"EXTG": ("TRN",), "EXL": ("LOCUM",), "EXTGL": ("TRN", "LOCUM")}
AGES: Final = ("UNDER30", *(f"{low}TO{low + 4}" for low in range(30, 70, 5)), "70PLUS", "UNKNOWN_AGE")
PEOPLE_HEADINGS: Final = (
    *("YEAR", "MONTH", "COMM_REGION_CODE", "COMM_REGION_NAME", "ICB_CODE", "ICB_NAME", "SUB_ICB_CODE", "SUB_ICB_NAME"),
    *("DATA_SOURCE", "UNIQUE_IDENTIFIER", "STAFF_GROUP", "DETAILED_STAFF_ROLE", "STAFF_ROLE"),
    *("COUNTRY_QUALIFICATION_AREA", "COUNTRY_QUALIFICATION_GROUP", "AGE_BAND", "AGE_YEARS", "GENDER", "FTE"),
)


@dataclass(frozen=True, slots=True)
class Post:
    """A post in a practice and who holds it; `start` and `end` are days (ordinals), the end included."""

    person: int
    practice: str
    role: str
    fte: float
    start: int
    end: int
    sex: str
    born: int
    country: str

    @property
    def heading(self) -> str:
        return ROLES[self.role][0]

    @property
    def group(self) -> str:
        prefix = self.heading.split("_", 1)[0]
        return {"GP": "GP", "N": "Nurses", "DPC": "Direct Patient Care", "ADMIN": "Admin/Non-Clinical"}[prefix]

    def age(self, month: Month) -> int:
        return int((month.last_day.toordinal() - self.born) // YEAR)


def write_general_practice(
    plan: SystemPlan, staff: CsvTable, people: int, folder: Path, rng: np.random.Generator
) -> tuple[Path, ...]:
    """The files of the last month, and of the same month a year before where the plan goes so far back."""
    places = practices(people)
    posts = [*_of_list(staff, rng), *_guests(plan, places, rng)]
    months = [m for m in (plan.last_month + -12, plan.last_month) if m >= plan.first_month]
    return tuple(
        write_csv(folder / f"General Practice {month.in_words} {level} Level.csv", table, ending="\n")
        for month in months
        for level, table in (
            ("Practice", practice_level(posts, places, month)),
            ("Individual", individual_level(posts, places, month)),
        )
    )


def _of_list(staff: CsvTable, rng: np.random.Generator) -> list[Post]:
    """The posts of the practices' staff list, with what the list does not say of their holders."""
    rows = [dict(zip(staff.headings, row, strict=True)) for row in staff.rows()]
    return [
        _post(
            int(row["Person ID"].removeprefix("P")),
            (row["Practice Code"], row["Role"], float(row["FTE"])),
            (_day(row["Start Date"]), _day(row["End Date"]) if row["End Date"] else _FOR_EVER),
            rng,
        )
        for row in rows
    ]


def _post(person: int, what: tuple[str, str, float], days: tuple[int, int], rng: np.random.Generator) -> Post:
    """Somebody of an age that fits: at least 25 on starting."""
    practice, role, fte = what
    years = float(rng.uniform(25.0, 58.0))
    woman = rng.random() < (0.56 if role in ("GP Partner", "Salaried GP", "GP in training", "Locum") else 0.9)
    country = "UK" if rng.random() < 0.75 else "Elsewhere"
    return Post(
        person, practice, role, fte, *days, "Female" if woman else "Male", days[0] - round(years * YEAR), country
    )


def _guests(plan: SystemPlan, places: Sequence[Practice], rng: np.random.Generator) -> list[Post]:
    """GPs in training, a year each, and locums, some of whom work in two practices."""
    posts: list[Post] = []
    for number, place in enumerate(places):
        for year in range(-1, 4):
            start = (plan.last_month + -12 * year).first_day.toordinal()
            days = (start - 90, start + 274)
            posts.append(_post(900_000 + 10 * number + year + 1, (place.code, "GP in training", 1.0), days, rng))
        if number % 3 == 0:
            locum = _post(990_000 + number, (place.code, "Locum", 0.3), (1, _FOR_EVER), rng)
            born = plan.last_month.last_day.toordinal() - round(float(rng.uniform(33, 64)) * YEAR)
            for code in (place.code, places[(number + 1) % len(places)].code):
                posts.append(_moved(locum, code, born))
    return posts


def _moved(post: Post, code: str, born: int) -> Post:
    return Post(post.person, code, post.role, post.fte, post.start, post.end, post.sex, born, post.country)


def _there(posts: Iterable[Post], month: Month) -> list[Post]:
    day = month.last_day.toordinal()
    return [post for post in posts if post.start <= day <= post.end]


def practice_level(posts: Sequence[Post], places: Sequence[Practice], month: Month) -> CsvTable:
    """One row a practice: patients, and headcount and FTE of every group, role and age band."""
    networks, there = dict(NETWORKS), _there(posts, month)
    rows = []
    for number, place in enumerate(places):
        mine = [post for post in there if post.practice == place.code]
        gps = sum(p.fte for p in posts if p.practice == place.code and p.group == "GP" and p.end == _FOR_EVER)
        patients = 900 + round(PATIENTS_PER_GP * gps) + 137 * (7 * number % 11) + 5 * (month.index % 12)
        row = {"PRAC_CODE": place.code, "PRAC_NAME": place.name, "PCN_CODE": place.network}
        row |= {"PCN_NAME": networks[place.network], "SUB_ICB_CODE": SUB_ICB, "SUB_ICB_NAME": SUB_ICB_NAME}
        row |= {"ICB_CODE": ICB, "ICB_NAME": f"NHS {ICB_NAME} ICB", "REGION_CODE": REGION, "REGION_NAME": REGION_NAME}
        rows.append(
            row | {"TOTAL_PATIENTS": str(patients)} | _numbers(mine, month, silent=silent(places) == place.code)
        )
    columns = tuple([row[heading] for row in rows] for heading in rows[0])
    return CsvTable(f"General Practice {month}", tuple(rows[0]), columns)


def silent(places: Sequence[Practice]) -> str:
    """The practice that gives no data on its nurses."""
    return places[-1].code


def _numbers(posts: Sequence[Post], month: Month, *, silent: bool) -> dict[str, str]:
    cells: dict[str, str] = {}
    for heading, group in GROUPS:
        mine = [post for post in posts if post.group == group]
        cells |= _cells(f"TOTAL_{heading}", mine)
        if group == "GP":
            for name, out in HEADLINES.items():
                cells |= _cells(
                    f"TOTAL_GP_{name}", [p for p in mine if not p.heading.removeprefix("GP_").startswith(out)]
                )
        roles = [
            stem for stem, _, _ in ROLES.values() if stem.split("_", 1)[0] == ("N" if group == "Nurses" else heading)
        ]
        for stem in roles:
            cells |= _cells(f"TOTAL_{stem}", [p for p in mine if p.heading == stem])
        for age in AGES:
            cells[f"TOTAL_{heading}_FTE_{age}"] = _fte(p for p in mine if _band(p.age(month)) == age)
    return {k: "NA" if silent and k.startswith(("TOTAL_N_", "TOTAL_NURSES")) else v for k, v in cells.items()}


def _cells(stem: str, posts: Sequence[Post]) -> dict[str, str]:
    return {f"{stem}_HC": str(len({p.person for p in posts})), f"{stem}_FTE": _fte(posts)}


def _fte(posts: Iterable[Post]) -> str:
    return f"{round(sum(p.fte for p in posts), 2):g}"


def _band(age: int) -> str:
    return "UNDER30" if age < 30 else "70PLUS" if age >= 70 else f"{age // 5 * 5}TO{age // 5 * 5 + 4}"


def individual_level(posts: Sequence[Post], places: Sequence[Practice], month: Month) -> CsvTable:
    """One row a post, by sub-ICB; the nurses of the silent practice are estimates, of nobody."""
    rows = []
    for post in _there(posts, month):
        estimated = post.group == "Nurses" and post.practice == silent(places)
        _, role, detailed = ROLES[post.role]
        age = post.age(month)
        band = _band(age).replace("UNDER", "Under ").replace("TO", "-").replace("70PLUS", "70 and over")
        said = ("Unknown", "NA", "Unknown") if estimated else (band, str(age), post.sex)
        rows.append(
            [
                *(
                    str(month.first_day.year),
                    str(month.first_day.month),
                    REGION,
                    REGION_NAME,
                    ICB,
                    f"NHS {ICB_NAME} ICB",
                ),
                *(SUB_ICB, SUB_ICB_NAME, "Estimated" if estimated else "Collected"),
                *("NA" if estimated else str(post.person), post.group, detailed, role),
                *(post.country, post.country, *said, f"{post.fte:g}"),
            ]
        )
    rows.sort(key=lambda row: (row[10], row[11], row[9]))
    return CsvTable(f"General Practice people {month}", PEOPLE_HEADINGS, tuple(map(list, zip(*rows, strict=True))))


def _day(text: str) -> int:
    day, month, year = map(int, text.split("/"))
    return dt.date(year, month, day).toordinal()
