"""What have others done to keep their people, what did they report, and how much can it tell?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from keepwell.content.assessments import ADDRESS, KEY, Element, Level, Stage, assessment
from keepwell.content.general_practice import goals, must_dos
from keepwell.content.guides import Source, read_folder

Grade = Literal["claim", "before_after", "controlled", "causal"]
Setting = Literal["trust", "practice", "network", "system", "national"]
CareerPart = Literal[Stage, "new_starter", "late_career"]
StaffGroup = Literal[
    "all",
    "clinical",
    "nursing",
    "midwifery",
    "ahp",
    "support_workers",
    "gps",
    "practice_staff",
    "practice_managers",
    "international",
    "leaders",
]

GRADE_WORDS: Final[Mapping[Grade, str]] = {
    "claim": "Somebody says that it helped, or counts who took part; nothing was measured that could show it.",
    "before_after": "Something was measured before and after, but not elsewhere: it might have changed anyhow.",
    "controlled": "It was measured beside others who did not have it; they may have differed in other ways too.",
    "causal": "A study was made so that the change can be put down to it, as far as its assumptions hold.",
}
"""What each grade of evidence means, the weakest first."""


@dataclass(frozen=True, slots=True)
class Interval:
    """How far the true share may lie from the one seen, as fractions from 0 to 1. `method` names how it was made."""

    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed number: a `value` (perhaps `of` so many), a `change` (a fall is below nought), or `before` and `after`.

    `study` is where it was printed, if not in the guide; `note` how, where a number alone would say more than was
    said; `evidence` its own grade, where it is not that of the case.
    """

    what: str
    unit: str
    value: float | None = None
    of: float | None = None
    change: float | None = None
    before: float | None = None
    after: float | None = None
    window: str = ""
    interval: Interval | None = None
    study: str = ""
    note: str = ""
    evidence: Grade | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What somebody did to keep their people. `also` are the other places in the guides that tell it.

    `topics` are keys of the traffic light, and goals and must-dos of general practice; `level` and, but for new
    starters and late careers, `stages` are those of general practice. `caution` is what it cannot tell.
    """

    key: str
    who: str
    setting: Setting
    staff_groups: tuple[StaffGroup, ...]
    topics: tuple[str, ...]
    promise: tuple[Element, ...]
    title: str
    done: str
    reported: str
    evidence: Grade
    caution: str
    source: Source
    where: str = ""
    level: Level = ""
    stages: tuple[CareerPart, ...] = ()
    figures: tuple[Figure, ...] = ()
    address: str = ""
    also: tuple[Source, ...] = ()

    @property
    def grade_words(self) -> str:
        """What its grade of evidence means."""
        return GRADE_WORDS[self.evidence]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every place in the guides that tells it."""
        return (self.source, *self.also)


@cache
def cases() -> Mapping[str, Case]:
    """Every case, by its key, in the order of the files and within them.

    Raises ValueError where one is out of its shape, a key stands twice, or a topic is none of ours.
    """
    return checked(case for file in read_folder("cases", tuple[Case, ...]) for case in file)


def checked(found: Iterable[Case]) -> Mapping[str, Case]:
    """The cases by their keys, if they are sound. Raises ValueError with the key and all that is wrong."""
    known, by_key, faults = _topics(), {}, []
    for case in found:
        wrong = list(_faults(case, known)) + (["its key stands twice"] if case.key in by_key else [])
        faults += [f"cases: {case.key}: {fault}" for fault in wrong]
        by_key[case.key] = case
    if faults:
        raise ValueError("; ".join(faults))
    return by_key


def _topics() -> frozenset[str]:
    light = {topic.key for topic in assessment("retention_traffic_light").items}
    return frozenset(light | {goal.key for goal in goals()} | {must_do.key for must_do in must_dos()})


def _faults(case: Case, topics: frozenset[str]) -> Iterator[str]:
    if not KEY.fullmatch(case.key):
        yield "it is no key: small letters, digits and _"
    if not all(map(str.strip, (case.who, case.title, case.done, case.reported, case.caution))):
        yield "a text is blank"
    if not (case.staff_groups and case.topics and case.promise):
        yield "it has no staff group, no topic or no element of the Promise"
    yield from (f"no topic is called {topic}" for topic in case.topics if topic not in topics)
    for name in ("stages", "staff_groups", "topics", "promise"):
        listed = getattr(case, name)
        if len(set(listed)) != len(listed):
            yield f"{name} says something twice"
    if case.address and not ADDRESS.fullmatch(case.address):
        yield f"{case.address!r} is no address"
    for figure in case.figures:
        yield from (f"{figure.what}: {fault}" for fault in _faults_of(figure))
    yield from _faults_of_grade(case)


def _faults_of(figure: Figure) -> Iterator[str]:
    given = [name for name in ("value", "change", "before", "after") if getattr(figure, name) is not None]
    if given not in (["value"], ["change"], ["before", "after"]):
        yield "a figure is a value, a change, or before and after"
    if not (figure.what.strip() and figure.unit.strip()):
        yield "a figure needs what it counts, and its unit"
    if figure.of is not None and (figure.value is None or not 0 <= figure.value <= figure.of):
        yield "of belongs to a value that is part of it"
    if figure.interval is not None and (figure.of is None or not figure.interval.method.strip()):
        yield "an interval needs counts, and the method that made it"


def _faults_of_grade(case: Case) -> Iterator[str]:
    """A grade that nothing printed bears out, and figures that would bear out a better one."""
    changes = any(figure.change is not None or figure.before is not None for figure in case.figures)
    if changes and case.evidence == "claim":
        yield "a change was measured: it is more than a claim"
    if not changes and case.evidence != "claim":
        yield f"no change is printed, so it is not {case.evidence}"
    if case.evidence == "causal" and not any(figure.study.strip() for figure in case.figures):
        yield "causal needs the study that shows it"
