"""How many days are lost in the made-up trusts, and how many posts do they have?

Made from the files of a system that is made already, with chance of its own: no other file of the same plan differs
for it. Sickness is written twice, as the trusts' own extracts by staff group and reason, and in the form of the
published monthly CSV; both say the same.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from keepwell.made_up.counts import ALL
from keepwell.made_up.making import MadeUp
from keepwell.made_up.mistakes import CsvTable, write_csv
from keepwell.made_up.places import ICB, ICB_NAME, REGION, REGION_NAME, TRUSTS, Trust
from keepwell.periods import Month
from keepwell.sources.ods_cells import text_in
from keepwell.sources.reading import find_headings, read_sheets, table_below

REASONS: Final = {
    "S10 Anxiety/stress/depression/other psychiatric illnesses": 0.26,
    "S11 Back Problems": 0.06,
    "S12 Other musculoskeletal problems": 0.12,
    "S13 Cold Cough Flu - Influenza": 0.14,
    "S15 Chest & respiratory problems": 0.05,
    "S16 Headache / migraine": 0.04,
    "S25 Gastrointestinal problems": 0.10,
    "S26 Genitourinary & gynaecological disorders": 0.04,
    "S28 Injury fracture": 0.06,
    "S98 Other known causes - not elsewhere classified": 0.10,
    "S99 Unknown causes / Not specified": 0.03,
}
"""Shares of the days lost, about as published; the names are those of the publication."""
COLDS: Final = "S13 Cold Cough Flu - Influenza"
RATES: Final = {
    "Medical and Dental": 0.02,
    "Additional Clinical Services": 0.066,
    "Nursing and Midwifery Registered": 0.055,
    "Estates and Ancillary": 0.065,
}
OTHER_RATE: Final = 0.042
VACANT: Final = {
    "Nursing and Midwifery Registered": 0.09,
    "Medical and Dental": 0.08,
    "Administrative and Clerical": 0.05,
}
OTHER_VACANT: Final = 0.07
MONTHS_OF_POSTS: Final = 12
"""So many months an establishment is written for; it is kept the same through all of them."""

EXTRACT: Final = (
    "Month",
    "Organisation Code",
    "Organisation Name",
    "Staff Group",
    "Absence Reason",
    "FTE Days Lost",
    "FTE Days Available",
)
PUBLISHED: Final = (
    *("DATE", "NHSE_REGION_CODE", "NHSE_REGION_NAME", "ICS_CODE", "ICS_NAME", "ORG_CODE", "ORG_NAME", "ORG_TYPE"),
    *("FTE_DAYS_LOST", "FTE_DAYS_AVAILABLE", "SICKNESS_ABSENCE_RATE_PERCENT"),
)
POSTS: Final = ("Month", "Organisation Code", "Organisation Name", "Unit", "Staff Group", "Posts FTE")


@dataclass(frozen=True, slots=True)
class AbsenceAndPosts:
    """What was written: extracts of absence and establishments by trust, published sickness by month."""

    absence: tuple[Path, ...]
    sickness: tuple[Path, ...]
    establishment: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Days:
    """The days of one trust, month and staff group; `lost` by reason."""

    trust: Trust
    month: Month
    staff_group: str
    lost: dict[str, float]
    available: float


def absence_and_posts(made: MadeUp) -> AbsenceAndPosts:
    """Write sickness and establishment of a made-up system beside its other files. The same system, the same bytes."""
    days_rng, posts_rng = np.random.default_rng([made.plan.seed, 977]).spawn(2)
    days = list(_days(made, days_rng))
    return AbsenceAndPosts(
        absence=tuple(_write_extract(made.folder, code, days) for code in sorted({x.trust.code for x in days})),
        sickness=tuple(_write_published(made.folder, month, days) for month in sorted({x.month for x in days})),
        establishment=tuple(_write_posts(made, trust, posts_rng) for trust in _trusts(made)),
    )


def _trusts(made: MadeUp) -> list[Trust]:
    return [TRUSTS[kind] for kind in made.plan.trusts]


def _days(made: MadeUp, rng: np.random.Generator) -> Iterator[_Days]:
    trusts = {trust.code: trust for trust in _trusts(made)}
    for counts in made.monthly:
        if counts.staff_group == ALL or counts.fte_at_end <= 0:
            continue
        month = counts.period.last
        available = counts.fte_at_end * month.last_day.day
        winter = math.cos(2 * math.pi * (month.index % 12) / 12)
        rate = RATES.get(counts.staff_group, OTHER_RATE) * (1 + 0.1 * winter)
        lost = {
            reason: min(
                1.0, rate * share * (1 + (0.6 if reason == COLDS else 0.0) * winter) * float(rng.gamma(9.0, 1 / 9))
            )
            for reason, share in REASONS.items()
        }
        yield _Days(
            trusts[counts.organisation],
            month,
            counts.staff_group,
            {reason: round(available * part, 5) for reason, part in lost.items()},
            round(available, 5),
        )


def _write_extract(folder: Path, code: str, days: list[_Days]) -> Path:
    rows = [
        (x.month.last_day.strftime("%d/%m/%Y"), code, x.trust.name, x.staff_group, reason, str(lost), str(x.available))
        for x in days
        if x.trust.code == code
        for reason, lost in x.lost.items()
    ]
    return write_csv(folder / "absence" / f"{code}_absence.csv", _table(f"Sickness absence - {code}", EXTRACT, rows))


def _write_published(folder: Path, month: Month, days: list[_Days]) -> Path:
    lost: dict[Trust, float] = defaultdict(float)
    available: dict[Trust, float] = defaultdict(float)
    for x in days:
        if x.month == month:
            lost[x.trust] += sum(x.lost.values())
            available[x.trust] += x.available
    where = (REGION, REGION_NAME, ICB, ICB_NAME)
    rows = [
        (
            *(month.last_day.strftime("%d/%m/%Y"), *where, trust.code, trust.name, trust.cluster),
            *(f"{lost[trust]:.5f}", f"{available[trust]:.5f}", f"{100 * lost[trust] / available[trust]:.2f}"),
        )
        for trust in lost
    ]
    path = folder / "sickness" / f"nhs_sickness_absence_{month}.csv"
    return write_csv(path, _table(f"Sickness {month}", PUBLISHED, rows), ending="\n")


def _write_posts(made: MadeUp, trust: Trust, rng: np.random.Generator) -> Path:
    """The establishment of one trust: for each ward and staff group more posts than it has had staff, mostly."""
    files = [path for path in made.staff_in_post if path.name.startswith(f"{trust.code}_") and "_v2" not in path.name]
    files = files[-MONTHS_OF_POSTS:]
    staff = [_staff(path) for path in files]
    cells = sorted(set().union(*staff))
    posts = {}
    for unit, group in cells:
        average = sum(month.get((unit, group), 0.0) for month in staff) / len(staff)
        vacant = max(-0.1, float(rng.normal(VACANT.get(group, OTHER_VACANT), 0.06)))
        posts[unit, group] = max(0.5, round(2 * average / (1 - vacant)) / 2)
    rows = [
        (Month.parse(path.stem[-7:]).last_day.strftime("%d/%m/%Y"), trust.code, trust.name, unit, group, f"{fte:.2f}")
        for path in files
        for (unit, group), fte in posts.items()
    ]
    table = _table(f"Establishment - {trust.name}", POSTS, rows)
    return write_csv(made.folder / "establishment" / f"{trust.code}_establishment.csv", table)


def _staff(path: Path) -> dict[tuple[str, str], float]:
    """FTE of a staff extract by ward and staff group, whatever mistakes its form has."""
    (sheet,) = read_sheets(path)
    row = find_headings(sheet, lambda cells: {"employee number", "fte"} <= set(cells))
    assert row is not None
    raw = table_below(path.name, sheet, row)
    found: dict[tuple[str, str], float] = defaultdict(float)
    for unit, group, fte in zip(raw.column("Organisation"), raw.column("Staff Group"), raw.column("FTE"), strict=True):
        if float(fte) > 0 and text_in(unit) and text_in(group):
            found[unit, group] += float(fte)
    return dict(found)


def _table(title: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> CsvTable:
    return CsvTable(title, headings, tuple(zip(*rows, strict=True)))
