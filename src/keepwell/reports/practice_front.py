"""How is general practice doing here: its GPs by stage of career, how much they work, and what the return leaves out?

For one practice or for a network, from whatever of it is loaded. What the files do not tell is named, so that
somebody can ask.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, Session
from keepwell.errors import counted, listed
from keepwell.periods import Month
from keepwell.reports.general_practice import page_of, publication
from keepwell.reports.leaving import Asking
from keepwell.reports.practice_page import GPS, QUALIFIED, Made, Page, tried, when
from keepwell.reports.practice_sections import kinds, near_retirement, participation, patients, who
from keepwell.reports.sections import Figure, Grid, Report, Section

EARLY, MID, LATE = "early career (under 35)", "mid career (35 to 54)", "late career (55 and over)"
STAGES: Final = {EARLY: (0, 35), MID: (35, 55), LATE: (55, 200)}
"""Stages of a career by age, in years: our own cut, since no file of general practice tells when somebody qualified."""
TRAINEE: Final = "Trainee"
OWN_LIST: Final = "staff_list"
NOT_IN_ANY_FILE: Final = (
    "Not known: how many newly qualified GPs take a post here, and why GPs in mid career stay or go. No file follows "
    "people from training or tells when they qualified: ask them."
)
STALE_MONTHS: Final = 3


@dataclass(frozen=True, slots=True)
class Stage:
    """GPs of one stage: people where they may be counted, and the hours of so many full-time ones."""

    name: str
    people: float | None
    fte: float

    @property
    def participation(self) -> float | None:
        """FTE over people; None without people."""
        return self.fte / self.people if self.people else None


def practice_front(session: Session, base: Enquiry, whose: str | None, this_month: Month | None = None) -> Report:
    """The front page of general practice, or of the practice or network that `base` chooses.

    `this_month` is the month in which it is read, to say how old the newest return is. Raises EnquiryRefused where
    nothing of the source is loaded.
    """
    place = next((values[0] for name, values in base.where if name == "organisation"), None)
    page = page_of(session, base, whose or place)  # of one place the two levels of a publication do not meet
    made = [by_stage(page), who(page), kinds(page), participation(page), near_retirement(page), patients(page)]
    made += [the_return(page, this_month), own_list(page)]
    found = [part for part in made if part is not None]
    sheets: dict[str, Released] = {}
    for _, tables in found:
        sheets |= tables
    first = next(iter(sheets.values()))
    return Report(
        f"General practice: {page.whose}",
        f"{when(page)} · {publication(base.source)}",
        first.policy.mark,
        first.audience,
        tuple(section for section, _ in found),
        sheets,
    )


def stages_of(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[Stage, ...], float]:
    """GPs of each stage from rows by age band, and the FTE of those whose age is not known."""
    found: dict[str, list[Mapping[str, Any]]] = {name: [] for name in STAGES}
    unknown = 0.0
    for row in rows:
        age = _youngest(str(row["age_band"]))
        hours = row.get("fte", row.get("fte_at_end")) or 0.0
        name = None if age is None else next(name for name, (low, high) in STAGES.items() if low <= age < high)
        if name is None:
            unknown += hours
        else:
            people = row.get("headcount")
            found[name].append({"fte": hours, "people": people if people or not hours else None})
    return tuple(_stage(name, those) for name, those in found.items()), unknown


def _stage(name: str, rows: Sequence[Mapping[str, Any]]) -> Stage:
    told = [row["people"] for row in rows if row["people"] is not None]
    people = sum(told) if len(told) == len(rows) and rows else None
    return Stage(name, people, sum(row["fte"] for row in rows))


def _youngest(band: str) -> int | None:
    """The first year of age of a band; None for a band that names none."""
    number = re.search(r"\d+", band)
    if number is None:
        return None
    return 0 if band.casefold().startswith(("under", "<")) else int(number[0])


def by_stage(page: Page) -> Made | None:
    """GPs by stage of career. None on a page of networks, which have no GPs in their files."""
    if not page.of_gps:
        return None
    asking = page.people or page.practices
    assert asking is not None
    qualified = QUALIFIED if page.people is not None else ()  # practices tell age or role, never both
    released = _by_age(asking, page.where(asking, *GPS, *qualified))
    trainees = tried(asking, "fte", where=page.where(asking, *GPS), by=("role_group",))
    if released is None:
        section = Section(
            "stages",
            HOW,
            f"Not known for early, mid or late career: no ages of GPs are in the return. {NOT_IN_ANY_FILE}",
        )
        return section, {}
    stages, unknown = stages_of(released.rows())
    training = sum(r["fte_at_end"] or 0.0 for r in trainees.rows() if r["role_group"] == TRAINEE) if trainees else 0.0
    sentence = _in_words(stages, unknown, training, with_trainees=not qualified)
    table = Grid(
        "GPs by stage of career",
        ("Stage", "People", "FTE", "Participation"),
        tuple(_cells(stage) for stage in stages),
        (False, True, True, True),
    )
    notes = ["Stages are cut by age: no file of general practice tells when somebody qualified.", *released.notes]
    if not qualified:
        notes.append("Practices do not tell ages by role: GPs in training are among those of their age.")
    section = Section(
        "stages",
        HOW,
        sentence,
        tuple(Figure(s.name[0].upper() + s.name[1:], f"{s.fte:,.1f} FTE", _people(s)) for s in stages),
        grids=(table,),
        notes=tuple(dict.fromkeys(notes)),
        definitions=(released.definition,),
    )
    return section, {"GPs by age": released}


HOW = "Who are our GPs, and where are they in their career?"


def _by_age(asking: Asking, where: tuple[tuple[str, tuple[str, ...]], ...]) -> Released | None:
    """People and FTE by age band; FTE alone where people must not be added up."""
    people = tried(asking, "participation_rate", where=where, by=("age_band",))
    if people is not None and any(row["headcount"] for row in people.rows()):
        return people
    found = tried(asking, "fte", where=where, by=("age_band",))
    return found if found is not None and any(row["fte_at_end"] for row in found.rows()) else None


def _in_words(stages: Sequence[Stage], unknown: float, training: float, *, with_trainees: bool) -> str:
    told, missing = [s for s in stages if s.fte > 0], [s for s in stages if s.fte <= 0]
    known = sum(stage.fte for stage in told)
    words = []
    if told:
        parts = [f"{stage.name} {stage.fte / known:.0%}" for stage in told]
        words.append(f"Of the GPs' time whose age is known: {', '.join(parts)}.")
    if training:
        words.append(f"GPs in training{' (among these)' if with_trainees else ' come on top'}: {training:,.1f} FTE.")
    if missing:
        names = " or ".join(stage.name for stage in missing)
        words.append(f"Not known for {names}: ask." if unknown else f"Nobody in {names}.")
    return " ".join([*words, NOT_IN_ANY_FILE])


def _people(stage: Stage) -> str:
    return "contracted time" if stage.people is None else f"{counted(int(stage.people), 'person', 'people')}"


def _cells(stage: Stage) -> tuple[str, ...]:
    share = stage.participation
    people = "not known" if stage.people is None else f"{stage.people:,.0f}"
    return stage.name, people, f"{stage.fte:,.1f}", "not known" if share is None else f"{share:.0%}"


def the_return(page: Page, this_month: Month | None) -> Made:
    """How old the newest return is (NWRS, the National Workforce Reporting Service), and what is missing in it."""
    asking = page.practices or page.people
    assert asking is not None
    gaps = [*_without_data(page), *_not_known(asking, page)]
    words = [f"The newest return loaded is that of {page.month.in_words}."]
    if this_month is not None and (old := this_month - page.month) >= STALE_MONTHS:
        words.append(f"It is {counted(old, 'month')} old: load a newer one.")
    words.append(f"Missing in it: {listed([what for what, _ in gaps], 4)}." if gaps else "Nothing is missing in it.")
    table = Grid("What is missing in the return", ("What", "Where"), tuple(gaps), (False, False))
    section = Section(
        "return",
        "Is our return up to date, and whole?",
        " ".join(words),
        grids=(table,) if gaps else (),
        notes=("Each practice makes the return itself, in the National Workforce Reporting Service (NWRS).",),
    )
    return section, {}


def _without_data(page: Page) -> list[tuple[str, str]]:
    """Staff groups of which practices give no data, and which practices."""
    if page.practices is None:
        return []
    released = tried(page.practices, "fte", by=("organisation", "staff_group"))
    practices: dict[str, list[str]] = {}
    for row in released.rows() if released else ():
        if row["fte_at_end"] is None:
            name = row["organisation_name"] or row["organisation"]
            practices.setdefault(row["staff_group"], []).append(str(name))
    return [(f"{group} of {counted(len(names), 'practice')}", listed(names, 5)) for group, names in practices.items()]


def _not_known(asking: Asking, page: Page) -> list[tuple[str, str]]:
    """Fields that are not known of some GPs, by their time."""
    gaps = []
    for field, words in (("age_band", "age"), ("role_group", "kind of post"), ("sex", "sex")):
        released = tried(asking, "fte", where=page.where(asking, *page.of_gps), by=(field,))
        rows = released.rows() if released else []
        whole = sum(row["fte_at_end"] or 0.0 for row in rows)
        unknown = sum(
            row["fte_at_end"] or 0.0 for row in rows if str(row[field]).casefold().startswith(("not k", "unk"))
        )
        if whole and unknown:
            gaps.append((f"{words} of {unknown / whole:.0%} of the {page.them}' time", f"{unknown:,.1f} FTE"))
    return gaps


def own_list(page: Page) -> Made | None:
    """The practice's own list of staff, where one is loaded of the same place."""
    asking = page.practices or page.people
    assert asking is not None
    there = {load.format for load in asking.session.generation.loads}
    where = tuple(x for x in asking.base.where if x[0] == "organisation")
    if OWN_LIST not in there:
        return None
    own = Asking(asking.session, replace(asking.base, source=OWN_LIST, where=where, end=None))
    heads, rate = tried(own, "headcount", months=1), tried(own, "leaver_rate")
    rows = heads.rows() if heads else []
    if heads is None or not rows:
        return None
    row, tables = rows[0], {"Own list": heads}
    month = Month.of(row["period_end"]).in_words
    people = counted(row["headcount_at_end"], "person", "people")
    sentence = f"By the practices' own list {people} {'is' if row['headcount_at_end'] == 1 else 'are'} in post at the end of {month}"
    if rate is not None and rate.rows() and rate.rows()[0]["leaver_rate"] is not None:
        year = rate.rows()[0]
        tables["Own list, leavers"] = rate
        sentence += f", and {year['leavers']:,} left in the 12 months before ({year['leaver_rate']:.0%})"
    section = Section(
        "own_list",
        "What does our own list of staff say?",
        f"{sentence}.",
        notes=heads.notes,
        definitions=tuple(table.definition for table in tables.values()),
    )
    return section, tables
