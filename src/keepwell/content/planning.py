"""What belongs in a plan, what is asked of it before and while it runs, and what support is there?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, TypeVar

from keepwell.content import list_yaml, load_yaml
from keepwell.content.assessments import KEY
from keepwell.content.guides import Item, Source, built

Thing = TypeVar("Thing")

FOLDER: Final = "planning"
MAY_BE_BLANK: Final = frozenset({"field", "hint", "law", "measure"})
"""What an entry may say nothing of: every other text has words."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an action plan. `example`: what the guide's own worked row says there; only its six columns have one."""

    key: str
    label: str
    hint: str
    required: bool
    source: Source
    example: str = ""

    @property
    def of_guide(self) -> bool:
        """Whether the guide's own table has this column."""
        return not self.source.ours


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a check can see of a question: what it says when it is not there, and why it matters."""

    key: str
    missing: str
    why: str
    source: Source


@dataclass(frozen=True, slots=True)
class Question:
    """What the guide asks of a plan. `missing`: what our check says where the answer is no; `why`: the reason."""

    key: str
    text: str
    missing: str
    why: str
    source: Source
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a person, a team or an organisation may do that blocks a plan, and what helps."""

    key: str
    of: Literal["person", "team", "organisation"]
    text: str
    helps: str
    source: Source


@dataclass(frozen=True, slots=True)
class Component:
    """A part of readiness for change: what is judged true or not, and what helps where it is not."""

    key: str
    title: str
    statement: str
    helps: str
    source: Source


@dataclass(frozen=True, slots=True)
class Readiness:
    """The check of readiness: its components, and the answers that each can have."""

    title: str
    about: str
    source: Source
    answers: tuple[Item, ...]
    components: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """By what one sees it. `measure`: the name of one of our measures, "" where people count it themselves."""

    key: str
    text: str
    measure: str
    kind: Literal["outcome", "process", "balancing"]
    source: Source


@dataclass(frozen=True, slots=True)
class SecondaryDriver:
    """What a primary driver rests on, and the ideas to try."""

    key: str
    text: str
    source: Source
    ideas: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class PrimaryDriver:
    """What the aim rests on."""

    key: str
    text: str
    source: Source
    measures: tuple[Sign, ...]
    secondary: tuple[SecondaryDriver, ...]


@dataclass(frozen=True, slots=True)
class DriverDiagram:
    """An aim, what it rests on, and what is tried for it."""

    key: str
    title: str
    about: str
    aim: str
    source: Source
    measures: tuple[Sign, ...]
    primary: tuple[PrimaryDriver, ...]
    assumptions: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A step of a theory of change: what it leads to, by key, if what it assumes holds."""

    key: str
    kind: Literal["need", "activity", "early_result", "aim"]
    text: str
    leads_to: tuple[str, ...]
    assumes: str
    source: Source


@dataclass(frozen=True, slots=True)
class TheoryOfChange:
    """From a need to an aim, step by step. A step stands before all those that it leads to."""

    key: str
    title: str
    about: str
    source: Source
    measures: tuple[Sign, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class DriverExamples:
    """Worked examples to learn from and begin with."""

    driver_diagrams: tuple[DriverDiagram, ...]
    theories_of_change: tuple[TheoryOfChange, ...]


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A check-in, so many days after the start; the baseline is on day 0."""

    key: str
    day: int
    title: str
    about: str
    source: Source


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked at check-ins. `at`: in which of them, by key; `options`: the answers of a choice, else none."""

    key: str
    at: tuple[str, ...]
    text: str
    hint: str
    kind: Literal["words", "number", "yes_no", "choice"]
    required: bool
    source: Source
    options: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckIns:
    """The 90-day cycle."""

    check_ins: tuple[CheckIn, ...]
    asks: tuple[Ask, ...]

    def asked_at(self, key: str) -> tuple[Ask, ...]:
        """What is asked at the check-in of that key, in order."""
        return tuple(ask for ask in self.asks if key in ask.at)


@dataclass(frozen=True, slots=True)
class EvaluationStep:
    """A step of evaluating impact. `stands_in`: the columns of the plan where its answer stands, by key."""

    key: str
    title: str
    question: str
    hint: str
    stands_in: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Support:
    """A kind of support that can be given to an organisation."""

    key: str
    title: str
    about: str
    who_for: str
    source: Source


@dataclass(frozen=True, slots=True)
class Cohort:
    """A group of organisations that was chosen for support."""

    key: str
    title: str
    organisations: int
    chosen_by: str
    source: Source


@dataclass(frozen=True, slots=True)
class SupportProgramme:
    """The national programme's kinds of support, and its first groups."""

    kinds: tuple[Support, ...]
    cohorts: tuple[Cohort, ...]


@cache
def columns() -> tuple[Column, ...]:
    """The columns of an action plan, in order: the guide's six first, then ours."""
    return checked("columns.yaml", tuple[Column, ...])


@cache
def questions() -> tuple[Question, ...]:
    """The guide's questions before a plan, in its order."""
    return checked("questions.yaml", tuple[Question, ...])


@cache
def behaviours() -> tuple[Behaviour, ...]:
    """Behaviours that may block a plan: of a person, of a team, of the organisation."""
    return checked("behaviours.yaml", tuple[Behaviour, ...])


@cache
def readiness() -> Readiness:
    """The optional check of readiness for change, on the Change Model."""
    return checked("change_model.yaml", Readiness)


@cache
def driver_examples() -> DriverExamples:
    """A worked driver diagram and a worked theory of change."""
    found = checked("driver_examples.yaml", DriverExamples)
    refuse("driver_examples.yaml", _faults_of_examples(found))
    return found


@cache
def check_ins() -> CheckIns:
    """The baseline, the check-ins, and what is asked at each."""
    found = checked("check_ins.yaml", CheckIns)
    refuse("check_ins.yaml", _faults_of_check_ins(found))
    return found


@cache
def evaluation_steps() -> tuple[EvaluationStep, ...]:
    """The guide's six steps of evaluating impact, in order."""
    found = checked("evaluation.yaml", tuple[EvaluationStep, ...])
    known = {column.key for column in columns()}
    refuse("evaluation.yaml", (fault for step in found for fault in strangers(step.key, step.stands_in, known)))
    return found


@cache
def support_programme() -> SupportProgramme:
    """The kinds of support that a national or system team can give."""
    return checked("support_programme.yaml", SupportProgramme)


def checked(name: str, kind: type[Thing]) -> Thing:
    """A file of content/planning in its shape.

    Raises ValueError with the file and the key where a key is missing, unknown, no key or given twice, or a text is
    blank.
    """
    entries = load_yaml(f"{FOLDER}/{name}")
    refuse(name, _faults_of_keys(entries))
    refuse(name, _blank(entries, name))
    return built(entries, kind, f"{FOLDER}/{name}")


def refuse(name: str, faults: Iterator[str]) -> None:
    """Raises ValueError with the file and its faults where there are any."""
    if found := list(faults):
        raise ValueError(f"{FOLDER}/{name}: {'; '.join(found)}")


def strangers(key: str, named: Collection[str], known: Collection[str]) -> Iterator[str]:
    """A fault for each name that an entry gives and nobody knows, and one where it gives none."""
    yield from (f"{key}: there is no {name}" for name in named if name not in known)
    if not named:
        yield f"{key}: it names nothing"


def _keys(entries: Any) -> Iterator[str]:
    if isinstance(entries, dict):
        if "key" in entries:
            yield str(entries["key"])
        entries = list(entries.values())
    if isinstance(entries, list):
        for part in entries:
            yield from _keys(part)


def _faults_of_keys(entries: Any) -> Iterator[str]:
    for key, times in Counter(_keys(entries)).items():
        if times > 1:
            yield f"the key {key} stands {times} times"
        if not KEY.fullmatch(key):
            yield f"{key!r} is no key: small letters, digits and _"


def _blank(entries: Any, where: str) -> Iterator[str]:
    if isinstance(entries, dict):
        where = str(entries.get("key", where))
        yield from (
            f"{where}: {name} is blank"
            for name, text in entries.items()
            if isinstance(text, str) and not text.strip() and name not in MAY_BE_BLANK
        )
        entries = list(entries.values())
    if isinstance(entries, list):
        for part in entries:
            yield from _blank(part, where)


def _faults_of_examples(found: DriverExamples) -> Iterator[str]:
    measures = {path.removeprefix("measures/").removesuffix(".yaml") for path in list_yaml("measures")}
    signs = [sign for one in found.driver_diagrams for sign in one.measures]
    signs += [sign for one in found.driver_diagrams for primary in one.primary for sign in primary.measures]
    signs += [sign for one in found.theories_of_change for sign in one.measures]
    yield from (fault for sign in signs if sign.measure for fault in strangers(sign.key, [sign.measure], measures))
    for one in found.driver_diagrams:
        for primary in one.primary:
            yield from (f"{it.key}: nothing is tried for it" for it in primary.secondary if not it.ideas)
            if not primary.secondary:
                yield f"{primary.key}: it rests on nothing"
    for theory in found.theories_of_change:
        yield from _faults_of_links(theory)


def _faults_of_links(theory: TheoryOfChange) -> Iterator[str]:
    """A step leads only to steps after it, so that no chain bites its own tail; all but the aim lead somewhere."""
    for place, link in enumerate(theory.links):
        later = {after.key for after in theory.links[place + 1 :]}
        if link.kind != "aim":
            yield from strangers(link.key, link.leads_to, later)
        elif link.leads_to:
            yield f"{link.key}: an aim leads nowhere else"


def _faults_of_check_ins(found: CheckIns) -> Iterator[str]:
    known = {one.key for one in found.check_ins}
    for ask in found.asks:
        yield from strangers(ask.key, ask.at, known)
        if (ask.kind == "choice") != bool(ask.options):
            yield f"{ask.key}: a choice has options, and nothing else has"
    yield from (f"{key}: nothing is asked at it" for key in known if not found.asked_at(key))
