"""Which ways to retire bit by bit are open, in a section of the pension scheme and at an age?

Nothing here is kept, and nothing is known of who asks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from keepwell.content.flexible_requests import PensionSection, RetirementOption, SectionAnswer, retirement_options

MAY, NOT_YET, NO, CHECK = "may", "not_yet", "no", "check"
LAST_STATE_PENSION_AGE: Final = 68
"""No State Pension age that is law today is later."""
RISES_TO: Final = 57
RISE: Final = "minimum_to_57"
"""The change of the content that says when the minimum pension age goes up."""
BUY_OUT: Final = "early_reduction_buy_out"
"""What goes by the normal pension age alone, and not by how old somebody is when it begins."""
SOME_ONLY: Final = frozenset({"section_2008"})
"""Where only some of those who joined early keep the earlier minimum age: to be checked, not taken for granted."""


@dataclass(frozen=True, slots=True)
class Case:
    """Whom it is asked for: a section, an age in whole years on the day it would begin, and what else counts.

    `state_pension_age` is None where it is not known.
    """

    section: str
    age: int
    special_class: bool = False
    protected: bool = False
    state_pension_age: int | None = None


@dataclass(frozen=True, slots=True)
class Ages:
    """The ages that hold for a case. `normal_at_most` is later than `normal` where it is not known which."""

    minimum: int
    normal: int
    normal_at_most: int


@dataclass(frozen=True, slots=True)
class Found:
    """A way to retire, whether it may be open, and from which age; `notes` hold what more is to be known."""

    option: RetirementOption
    answer: SectionAnswer
    whether: str
    from_age: str
    notes: tuple[str, ...]


def section_of(key: str) -> PensionSection:
    """The section of that key. Raises KeyError where there is none."""
    return {section.key: section for section in retirement_options().sections}[key]


def ages_of(case: Case, today: dt.date) -> Ages:
    """The minimum and the normal pension age of a case: those of its section, with its exceptions.

    1995: normal 60, or 55 with special class status; 2008: 65; 2015: the later of 65 and the State Pension age. Minimum 55,
    50 where it is protected, and 57 once the change is in force. Source: content/planning/retirement_options.yaml.
    """
    section = section_of(case.section)
    protected = case.protected and section.protected_minimum_age > 0
    minimum = section.protected_minimum_age if protected else section.minimum_pension_age
    if today >= rise_on() and not case.protected:
        minimum = max(minimum, RISES_TO)
    normal = section.normal_pension_age
    if case.special_class and section.special_class_age:
        normal = section.special_class_age
    latest = normal
    if section.or_state_pension_age:
        normal = max(normal, case.state_pension_age or normal)
        latest = normal if case.state_pension_age is not None else LAST_STATE_PENSION_AGE
    return Ages(minimum, normal, latest)


def rise_on() -> dt.date:
    """The day on which the minimum pension age goes up."""
    return next(dt.date.fromisoformat(one.since) for one in retirement_options().changes if one.key == RISE)


def options_for(case: Case, today: dt.date) -> list[Found]:
    """Each way to retire, as it stands for a case: may be open, not yet, not open, or to be checked."""
    ages = ages_of(case, today)
    return [
        _found(option, option.in_section(case.section), case, ages, today) for option in retirement_options().options
    ]


def _found(option: RetirementOption, answer: SectionAnswer, case: Case, ages: Ages, today: dt.date) -> Found:
    whether = _whether(option, answer, case, ages)
    notes = tuple(_notes(answer, whether, case, ages, today))
    from_age = "" if option.key == BUY_OUT else _from_age(answer, ages)
    return Found(option, answer, whether, from_age, notes)


def _whether(option: RetirementOption, answer: SectionAnswer, case: Case, ages: Ages) -> str:
    if answer.answer != MAY:
        return answer.answer
    if option.key == BUY_OUT:
        return _buy_out(case, ages)
    if answer.earliest == "minimum":
        if case.age < ages.minimum:
            return NOT_YET
        return CHECK if _kept_by_some(case) else MAY
    if answer.earliest == "normal":
        return NOT_YET if case.age < ages.normal else CHECK if case.age < ages.normal_at_most else MAY
    return MAY


def _kept_by_some(case: Case) -> bool:
    usual = section_of(case.section).minimum_pension_age
    return case.protected and case.section in SOME_ONLY and case.age < usual


def _buy_out(case: Case, ages: Ages) -> str:
    """Only below a normal pension age that is above 65, and one that is not reached yet."""
    usual = section_of(case.section).normal_pension_age
    if ages.normal_at_most <= usual or case.age >= ages.normal_at_most:
        return NO
    return CHECK if ages.normal <= usual or case.age >= ages.normal else MAY


def _from_age(answer: SectionAnswer, ages: Ages) -> str:
    if answer.answer == NO:
        return ""
    if answer.earliest == "minimum":
        return f"From {ages.minimum}"
    if answer.earliest == "any":
        return "At any age"
    return (
        f"From {ages.normal}"
        if ages.normal == ages.normal_at_most
        else f"From your State Pension age, or {ages.normal} if that is later"
    )


def _notes(answer: SectionAnswer, whether: str, case: Case, ages: Ages, today: dt.date) -> Iterator[str]:
    if whether in (NO, NOT_YET) or answer.earliest != "minimum":
        return
    if case.age < ages.normal and "reduced" not in answer.text:
        normal = str(ages.normal) if ages.normal == ages.normal_at_most else f"{ages.normal} or later"
        yield f"Before your normal pension age ({normal}) what you take is reduced."
    if today < rise_on() and case.age < RISES_TO and not case.protected:
        on = rise_on()
        yield f"If it begins on or after {on.day} {on:%B %Y}, the minimum is {RISES_TO}, except for those who are protected."
    if _kept_by_some(case):
        yield "In this section only some keep the earlier minimum age: ask."
