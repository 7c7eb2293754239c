"""Who are the made-up people: age, sex, ethnicity, nationality, religion, and where they came from?"""

from __future__ import annotations

from typing import Final

import numpy as np

from keepwell.made_up.jobs import WOMEN, YOUNGEST, Flags, Floats, Ints
from keepwell.made_up.staff import FROM_ABROAD, FROM_UNIVERSITY, People

SEXES: Final = ("Female", "Male")
# fmt: off
ETHNICITIES: Final = (
    "A White - British", "B White - Irish", "C White - Any other White background",
    "D Mixed - White & Black Caribbean", "E Mixed - White & Black African", "F Mixed - White & Asian",
    "G Mixed - Any other mixed background", "H Asian or Asian British - Indian",
    "J Asian or Asian British - Pakistani", "K Asian or Asian British - Bangladeshi",
    "L Asian or Asian British - Any other Asian background", "M Black or Black British - Caribbean",
    "N Black or Black British - African", "P Black or Black British - Any other Black background",
    "R Chinese", "S Any Other Ethnic Group", "Z Not Stated",
)
_ETHNIC_SHARES: Final = (74, 1.2, 3.5, .7, .4, .6, .6, 4, 3, .9, 1.4, 2, 2.4, .5, .5, 1, 3.3)
_FROM_ABROAD: Final = (  # nationality, ethnicity, share
    ("Indian", 7, 36), ("Filipino", 10, 22), ("Nigerian", 12, 16), ("Zimbabwean", 12, 6),
    ("Ghanaian", 12, 5), ("Pakistani", 8, 4), ("Kenyan", 12, 3), ("Portuguese", 2, 3),
    ("Spanish", 2, 2), ("Romanian", 2, 3),
)
NATIONALITIES: Final = ("British", "Irish", "Polish", *(row[0] for row in _FROM_ABROAD), "")
_NATIONALITIES_AT_HOME: Final = ((0, 92.5), (1, 1.2), (2, 1.8), (3, 1.3), (10, .7), (12, .8), (13, 1.7))
DISABILITIES: Final = ("No", "Yes", "Not Declared", "Prefer Not To Answer")
RELIGIONS: Final = (
    "Christianity", "Atheism", "Islam", "Hinduism", "Sikhism", "Buddhism", "Judaism", "Other",
    "I do not wish to disclose my religion/belief", "",
)
_RELIGION_SHARES: Final = (44, 17, 4.5, 2.5, .8, .6, .2, 9, 17, 4.4)
ORIENTATIONS: Final = (
    "Heterosexual or Straight", "Gay or Lesbian", "Bisexual", "Other sexual orientation not listed", "Undecided",
    "Not stated (person asked but declined to provide a response)", "",
)
_ORIENTATION_SHARES: Final = (81, 2.3, 1.6, .2, .3, 10.6, 4)
SURNAMES: Final = (
    "Ashdown", "Barrowclough", "Capstick", "Dunmore", "Eccles", "Fairweather", "Garside", "Hollis", "Ingleby",
    "Jessop", "Kendrick", "Lofthouse", "Marchbanks", "Nettleton", "Okafor", "Patel", "Quayle", "Rahman",
    "Santos", "Thomas", "Udo", "Varghese", "Whitworth", "O'Yarrow", "Zielinska", "Van Der Berg",
)
FIRST_NAMES: Final = (
    "Alex", "Bola", "Chris", "Dana", "Eden", "Frankie", "Grace", "Hari", "Indira", "Jo", "Kit", "Lee", "Mina",
    "Noor", "Ollie", "Pat", "Quinn", "Robin", "Sam", "Toni", "Uma", "Val", "Wren", "Yusuf", "Zoë",
)
# fmt: on
YEAR: Final = 365.25
IDENTIFIERS: Final = 89_999_999
_STRIDE: Final = 6_700_417
"""Prime to IDENTIFIERS, so that counting up gives every number once, in no order."""


def pick(shares: Floats | tuple[float, ...], count: int, rng: np.random.Generator) -> Ints:
    """So many draws from numbers 0, 1, 2 … with these relative shares."""
    bounds = np.cumsum(np.asarray(shares, dtype=np.float64))
    return np.searchsorted(bounds / bounds[-1], rng.random(count), side="right").astype(np.int32)


def identifiers(first: int, count: int, seed: int) -> Ints:
    """Numbers of eight digits, the `first` and the following of a system: none twice."""
    numbers = np.arange(first, first + count, dtype=np.int64) + 104_729 * (seed % 400)
    return (10_000_000 + numbers * _STRIDE % IDENTIFIERS).astype(np.int32)


def redrawn(identifier: Ints) -> Ints:
    """The new number of a person whose identifiers were drawn again: different for each, not to be traced."""
    return (10_000_000 + (identifier.astype(np.int64) * 7_919 + 12_345) % IDENTIFIERS).astype(np.int32)


def draw_people(
    job: Ints, age: Floats, source: Ints, on: int, first: int, seed: int, rng: np.random.Generator
) -> People:
    """The people who hold these jobs at these ages on a day, the `first` and the following of the system."""
    count = len(job)
    abroad = source == FROM_ABROAD
    ethnicity, nationality = _origins(abroad, rng)
    return People(
        nhs_identifier=identifiers(first, count, seed),
        birth=(on - age * YEAR).astype(np.int32),
        sex=(rng.random(count) >= WOMEN[job]).astype(np.int32),
        ethnicity=ethnicity,
        nationality=nationality,
        disability=pick((81, 5.5, 11, 2.5), count, rng),
        religion=pick(_RELIGION_SHARES, count, rng),
        orientation=pick(_ORIENTATION_SHARES, count, rng),
        surname=pick((1.0,) * len(SURNAMES), count, rng),
        first_name=pick((1.0,) * len(FIRST_NAMES), count, rng),
    )


def _origins(abroad: Flags, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Ethnicity and nationality. Recruits from abroad bring theirs; others are mostly British."""
    count = len(abroad)
    came = pick(tuple(float(row[2]) for row in _FROM_ABROAD), count, rng)
    at_home = pick(tuple(float(share) for _, share in _NATIONALITIES_AT_HOME), count, rng)
    ethnicity = np.where(abroad, np.array([row[1] for row in _FROM_ABROAD])[came], pick(_ETHNIC_SHARES, count, rng))
    nationality = np.where(abroad, came + 3, np.array([n for n, _ in _NATIONALITIES_AT_HOME])[at_home])
    return ethnicity.astype(np.int32), nationality.astype(np.int32)


def ages_in_post(job: Ints, rng: np.random.Generator) -> Floats:
    """Ages of a staff that has been there for long: mean about 43."""
    youngest = YOUNGEST[job] + 0.2
    return np.clip(rng.normal(43.5, 12.2, len(job)), youngest + rng.uniform(0, 6, len(job)), 69.5)


def ages_of_joiners(job: Ints, source: Ints, rng: np.random.Generator) -> Floats:
    """Ages of those who join: the newly qualified are young, the others of all ages."""
    count = len(job)
    usual = YOUNGEST[job] + 1.0 + rng.gamma(1.7, 7.5, count)
    new = YOUNGEST[job] + 0.4 + rng.gamma(1.1, 3.0, count)
    abroad = np.maximum(YOUNGEST[job] + 1.0, rng.normal(31, 5, count))
    ages = np.where(source == FROM_UNIVERSITY, new, np.where(source == FROM_ABROAD, abroad, usual))
    return np.clip(ages, 18.2, 64.0)


def years_of_service(age: Floats, rng: np.random.Generator) -> Floats:
    """How long a settled staff has been employed: mean about 7 years, never from before the age of 18."""
    return np.minimum(rng.exponential(7.6, len(age)), np.maximum(age - 18.0, 0.1))
