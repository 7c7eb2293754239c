"""How are we doing? Each part of the page by its key, so that a page shows the main ones and others on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import pyarrow as pa

from keepwell.charts.share_bars import share_bars
from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, Session
from keepwell.errors import EnquiryRefused
from keepwell.periods import Month
from keepwell.records.staff import NOT_KNOWN
from keepwell.reports.aims import Target, targets_section
from keepwell.reports.changing import (
    FEWEST_POINTS,
    MOST_POINTS,
    Happened,
    is_it_changing,
    months_to,
    what_is_changing,
)
from keepwell.reports.equality import who_is_more_likely
from keepwell.reports.highest import where_highest
from keepwell.reports.leaving import Asking, headline, monthly_course
from keepwell.reports.main_figures import MainFigure, headline_section, main_figures
from keepwell.reports.people import could_retire, early_leaving, other_figures, since_last_month, where_change_came_from
from keepwell.reports.quality import quality
from keepwell.reports.reasons import why_they_go
from keepwell.reports.sections import Figure, Report, Section, grid
from keepwell.reports.sickness import sickness_and_posts
from keepwell.reports.staff import FEWEST_MONTHS, STAFF_GROUP, UNIT, YEAR, months_in_a_row_of

Made = tuple[Section | None, dict[str, Released]]
PLACES: Final = frozenset({"organisation", "icb", "region", "directorate", "unit"})
"""Fields that say where; all others say who."""


@dataclass(frozen=True)
class Page:
    """What the parts of one page share. `yearly` asks of the newest twelve months, `newest` of the newest one."""

    newest: Asking
    yearly: Asking
    last: Month
    in_words: str
    whose: str
    have: int
    targets: tuple[Target, ...]
    happened: tuple[tuple[str, tuple[Happened, ...]], ...]

    @property
    def months(self) -> int:
        """How many single months in a row can be told of."""
        return self.have - 1

    @cached_property
    def main_figures(self) -> tuple[MainFigure, ...]:
        return main_figures(self.yearly, self.months)

    @cached_property
    def several(self) -> bool:
        """Whether there are several organisations, whose teams may have the same names."""
        return len(self.yearly.about("leaver_rate", by=("organisation",)).rows()) > 1

    def chose(self, name: str) -> bool:
        """Whether one value of a field is chosen, so that there is nothing to compare."""
        return any(field == name and len(values) == 1 for field, values in self.yearly.base.where)


def dashboard(
    session: Session,
    base: Enquiry,
    whose: str,
    sections: tuple[str, ...] | None = None,
    targets: tuple[Target, ...] = (),
    happened: tuple[tuple[str, tuple[Happened, ...]], ...] = (),
) -> Report:
    """The parts of the page asked for, in the order of SECTIONS; the main ones unless told.

    `base` says of whom: its source is that of staff records, its `where` the place and the filters, its `end` the
    newest month. `happened` says by the name of a measure what stands on its chart. A part that the data cannot answer says why, and the others stand. Parts without anything to say are
    left out. Raises EnquiryRefused where there are no two month ends, nobody in post, or no such part.
    """
    asked = MAIN if sections is None else sections
    _refuse_unknown(asked)
    page = replace(_page(session, base, whose, targets), happened=happened)
    made: list[Section] = []
    sheets: dict[str, Released] = {}
    for key, (question, make) in SECTIONS.items():
        if key in asked:
            section, tables = _made(key, question, make, page)
            made += [section] if section else []
            sheets |= tables
    about = page.newest.about("leaver_rate")
    return Report(
        f"How are we doing: {whose}",
        f"{page.in_words[0].upper()}{page.in_words[1:]} · staff records",
        about.policy.mark,
        about.audience,
        tuple(made),
        sheets,
    )


def _refuse_unknown(keys: tuple[str, ...]) -> None:
    if unknown := [key for key in keys if key not in SECTIONS]:
        raise EnquiryRefused("There is no such part of the page.", found=unknown[0], attempt=" or ".join(SECTIONS))


def _page(session: Session, base: Enquiry, whose: str, targets: tuple[Target, ...]) -> Page:
    have = months_in_a_row_of(Asking(session, base))
    if have < 2:
        raise EnquiryRefused(
            "Two month ends in a row are needed to see who left.",
            found="the month's end before the newest is not loaded",
            attempt="load the extract of the month before, or choose an earlier month",
        )
    newest = Asking(session, replace(base, months=1))
    rows = newest.about("leaver_rate").rows()
    if not rows:
        raise EnquiryRefused(
            "There is nobody in post here.", found="no staff at the newest month's end", attempt="fewer filters"
        )
    last = Month.of(rows[0]["period_end"])
    months = min(YEAR, have - 1)
    period = "the 12 months to" if months == YEAR else f"the {months} months to" if months > 1 else ""
    return Page(
        Asking(session, replace(base, months=1, end=last)),
        Asking(session, replace(base, months=months, end=last)),
        last,
        f"{period} {last.in_words}".strip(),
        whose,
        have,
        targets,
        (),
    )


def _made(key: str, question: str, make: Callable[[Page], Made], page: Page) -> Made:
    """A part, or why it cannot be had: made once for the same question while the session is open."""

    def new() -> Made:
        try:
            section, tables = make(page)
        except EnquiryRefused as refused:
            return Section(key, question, refused.wrong, notes=(f"{refused.found}.",)), {}
        return (replace(section, key=key) if section else None), tables

    return page.yearly.session.made(("dashboard", key, page.yearly.base, page.whose, page.targets, page.happened), new)


def _headline(page: Page) -> Made:
    sentence, released = headline(page.yearly, page.whose, page.in_words)
    section = headline_section(page.yearly, sentence, page.main_figures, page.last)
    return section, {"Headline": released} | {s.label: s.released for s in page.main_figures}


def _month(page: Page) -> Made:
    section, released = since_last_month(page.newest)
    return section, {"Since last month": released}


def _course(page: Page) -> Made:
    """Leavers of each month: as a control chart where there are enough months, else as a course."""
    months = min(page.months, MOST_POINTS)
    if months < FEWEST_MONTHS:
        return None, {}
    if months < FEWEST_POINTS:
        section, released = monthly_course(page.newest, months)
        return section, {"By month": released}
    happened = dict(page.happened).get("leavers", ())
    section, chart = is_it_changing(page.newest, months_to(page.last, months), "leavers", happened)
    return section, {"Is it changing": chart}


def _teams(page: Page) -> Made:
    if page.chose("unit"):
        return None, {}
    by = ("organisation", "unit") if page.several else ("unit",)
    section, released = where_highest(page.yearly, by, "unit", UNIT, key="teams", question=WHICH_TEAMS)
    return section, {"By team": released}


def _groups(page: Page) -> Made:
    if page.chose("staff_group"):
        return None, {}
    section, released = where_highest(
        page.yearly, ("staff_group",), "staff_group", STAFF_GROUP, key="groups", question=WHICH_GROUPS
    )
    return section, {"By staff group": released}


def _reasons(page: Page) -> Made:
    section, tables = why_they_go(page.yearly, page.in_words)
    if section is None or tables or not page.yearly.base.where:
        return section, tables
    everybody = tuple(x for x in page.yearly.base.where if x[0] == "organisation")
    _, of_all = why_they_go(Asking(page.yearly.session, replace(page.yearly.base, where=everybody)), page.in_words)
    if of_all:  # the extracts tell of the time, and of none of these people
        section = replace(section, answer=f"No leaver among them is in the leavers extracts of {page.in_words}.")
    return section, tables


def _service(page: Page) -> Made:
    """Age bands and years of service of those in post."""
    service = page.newest.about("length_of_service")
    ages = page.newest.about("headcount", by=("age_band",))
    row, bands = service.rows()[0], [r for r in ages.rows() if r["headcount_at_end"]]
    told = [(r["age_band"], r["headcount_at_end"]) for r in bands if r["age_band"] != NOT_KNOWN]
    everybody = sum(n for _, n in told)
    words = []
    if told:
        most = max(told, key=lambda band: band[1])
        words.append(f"The largest age band is {most[0]}: {most[1] / everybody:.0%} of those whose age is known.")
    if row["length_of_service"] is not None:
        new = row["service_0_to_1"] / max(row["headcount_at_end"] - row["service_not_known"], 1)
        words.append(
            f"Half have been here for {row['length_of_service']:.1f} years or more; {new:.0%} for under a year."
        )
    shown = replace(ages, table=pa.Table.from_pylist(_in_bands(bands), schema=ages.table.schema))
    sentence = " ".join(words) or "Neither age nor service is recorded."
    title = "People in post, by age band"
    pictures = (share_bars(shown, "age_band", "headcount_at_end", title, sentence, number_format=",.0f"),)
    unknown = [
        f"{number:,} people without a known {what} are left out."
        for what, number in (("start date", row["service_not_known"]),)
        if number
    ]
    figures = tuple(
        Figure(f"{words} in post", f"{row[name]:,}", "people") for name, words in SERVICE_BANDS.items() if name in row
    )
    section = Section(
        "service",
        WHO_IS_HERE,
        sentence,
        figures,
        pictures if told else (),
        (grid(shown, {"age_band": "Age band", "headcount_at_end": "People"}, title, folded=True),),
        tuple(dict.fromkeys([*unknown, *service.notes])),
        (service.definition, ages.definition),
    )
    return section, {"Length of service": service, "Age bands": ages}


SERVICE_BANDS: Final = {
    "service_0_to_1": "Under 1 year",
    "service_1_to_2": "1 to 2 years",
    "service_2_to_5": "2 to 5 years",
    "service_5_to_10": "5 to 10 years",
    "service_10_to_20": "10 to 20 years",
    "service_20_or_more": "20 years or more",
}


def _in_bands(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """The youngest first, not known last."""

    def place(row: dict[str, object]) -> tuple[bool, bool, str]:
        band = str(row["age_band"])
        return band == NOT_KNOWN, not band.casefold().startswith(("under", "<")), band

    return sorted(rows, key=place)


def _changing(page: Page) -> Made:
    if page.months < FEWEST_POINTS:
        return None, {}
    by = "organisation" if page.several else "staff_group"
    question = months_to(page.last, min(page.months, MOST_POINTS))
    summary = what_is_changing(page.newest, question, (by,), by.replace("_", " "))
    return (None, {}) if summary is None else (summary[0], {"What is changing": summary[1]})


def _targets(page: Page) -> Made:
    if not page.targets:
        return None, {}
    return targets_section(page.yearly, page.main_figures, page.targets, page.months, dict(page.happened))


def _of_year(make: Callable[[Asking, str], Made]) -> Callable[[Page], Made]:
    return lambda page: make(page.yearly, page.in_words)


WHICH_TEAMS, WHICH_GROUPS = "Which teams lose most?", "Which staff groups lose most?"
WHO_IS_HERE = "How old are our people, and how long have they been here?"

SECTIONS: Final[dict[str, tuple[str, Callable[[Page], Made]]]] = {
    "headline": ("How many leave?", _headline),
    "month": ("What changed since last month?", _month),
    "targets": ("Are we on course for our targets?", _targets),
    "course": ("Is it changing, or is it noise?", _course),
    "teams": (WHICH_TEAMS, _teams),
    "groups": (WHICH_GROUPS, _groups),
    "reasons": ("Why do they go?", _reasons),
    "early": ("Do they leave early?", _of_year(early_leaving)),
    "service": (WHO_IS_HERE, _service),
    "retire": ("Who could retire?", _of_year(could_retire)),
    "equality": ("Are some groups of staff more likely to leave than others?", _of_year(who_is_more_likely)),
    "quality": ("Can these numbers be trusted?", _of_year(quality)),
    "changing": ("What is changing, and where?", _changing),
    "sickness": ("How much sickness is there, and how many posts stand empty?", _of_year(sickness_and_posts)),
    "change": ("Where did the change come from?", _of_year(where_change_came_from)),
    "definitions": ("Why does another report give another figure?", _of_year(other_figures)),
}
"""Every part by its key: its question, and what makes it."""

MAIN: Final = tuple(key for key in SECTIONS if key not in ("equality", "changing", "sickness", "change", "definitions"))
"""The parts that a page shows at once; the others take longer and are for those who ask."""
