"""How does a request for flexible working or flexible retirement go, and which ways to retire are there?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final, Literal

from keepwell.content.guides import Item, Source
from keepwell.content.involving import Legal
from keepwell.content.planning import checked, refuse

FLOWS: Final = ("flexible_working", "flexible_retirement")


@dataclass(frozen=True, slots=True)
class FlowStep:
    """A step of a request. `days` and `months` count from the request; 0 where it has no such date.

    `days` is what we suggest, `months` what `law` sets.
    """

    key: str
    title: str
    who: str
    by_when: str
    days: int
    months: int
    text: str
    law: str
    source: Source


@dataclass(frozen=True, slots=True)
class RequestFlow:
    """How a request goes. `reasons`: the only ones for which the law lets it be refused; none where it names none."""

    key: str
    title: str
    about: str
    caution: str
    source: Source
    rights: tuple[Legal, ...]
    steps: tuple[FlowStep, ...]
    outcomes: tuple[Item, ...]
    reasons: tuple[Legal, ...]


@dataclass(frozen=True, slots=True)
class PensionSection:
    """A section of the NHS Pension Scheme and its ages in years; 0 where it has no such age."""

    key: str
    title: str
    normal_pension_age: int
    or_state_pension_age: bool
    special_class_age: int
    minimum_pension_age: int
    protected_minimum_age: int
    about: str
    seen_in: str
    source: Source


@dataclass(frozen=True, slots=True)
class PensionChange:
    """What changed in the scheme after the guide, or will. `since`: from which day, as 2023-10-01."""

    key: str
    text: str
    since: str
    seen_in: str
    source: Source


@dataclass(frozen=True, slots=True)
class SectionAnswer:
    """Whether a way to retire is open in a section, and from which age."""

    section: str
    answer: Literal["may", "no", "check"]
    earliest: Literal["any", "minimum", "normal"]
    text: str
    seen_in: str


@dataclass(frozen=True, slots=True)
class RetirementOption:
    """A way to retire, with an answer for each pension section. `ask`: what to ask NHS Pensions."""

    key: str
    title: str
    about: str
    ask: str
    source: Source
    answers: tuple[SectionAnswer, ...]
    conditions: tuple[Item, ...] = ()

    def in_section(self, key: str) -> SectionAnswer:
        """What holds in the section of that key. Raises KeyError where there is none."""
        return {answer.section: answer for answer in self.answers}[key]


@dataclass(frozen=True, slots=True)
class RetirementOptions:
    """The ways to retire, as information. `as_of`: the year of the guide."""

    as_of: str
    check_with: str
    caution: str
    source: Source
    sections: tuple[PensionSection, ...]
    changes: tuple[PensionChange, ...]
    options: tuple[RetirementOption, ...]


@cache
def request_flows() -> Mapping[str, RequestFlow]:
    """How each kind of request goes, by key: flexible_working, flexible_retirement."""
    return {key: _flow(key) for key in FLOWS}


def _flow(key: str) -> RequestFlow:
    name = f"{key}_request.yaml"
    flow = checked(name, RequestFlow)
    refuse(name, _faults_of_flow(flow, key))
    return flow


@cache
def retirement_options() -> RetirementOptions:
    """The guide's six ways to retire bit by bit, with what holds in each pension section."""
    found = checked("retirement_options.yaml", RetirementOptions)
    refuse("retirement_options.yaml", _faults_of_options(found))
    return found


def _faults_of_flow(flow: RequestFlow, key: str) -> Iterator[str]:
    if flow.key != key:
        yield f"its key is {flow.key}"
    for step in flow.steps:
        if step.days < 0 or step.months < 0:
            yield f"{step.key}: a time before the request"
        if step.months and not step.law:
            yield f"{step.key}: months are what the law sets, and no law is named"
    yield from (f"{reason.key}: no law is named" for reason in flow.reasons if not reason.law)


def _faults_of_options(found: RetirementOptions) -> Iterator[str]:
    sections = [section.key for section in found.sections]
    for option in found.options:
        if [answer.section for answer in option.answers] != sections:
            yield f"{option.key}: an answer is asked for each of {', '.join(sections)}, in this order"
    for section in found.sections:
        if not 0 < section.minimum_pension_age <= section.normal_pension_age:
            yield f"{section.key}: the minimum age is above the normal age"
    for change in found.changes:
        if not _is_day(change.since):
            yield f"{change.key}: {change.since!r} is no day"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
