"""How do a driver diagram and a theory of change read: in a sentence, as a picture, and step by step?"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from keepwell.charts.linked_boxes import Box, Column, linked_boxes
from keepwell.content import plain_words
from keepwell.content.guides import Source
from keepwell.content.planning import driver_examples
from keepwell.errors import counted
from keepwell.web.accounts.models import User
from keepwell.web.designing import drivers, queries, rules, theories
from keepwell.web.designing.drivers import Drivers
from keepwell.web.designing.models import OfPlan, Outline
from keepwell.web.designing.outlines import Measure, OutlineRefused
from keepwell.web.designing.theories import Step, Theory
from keepwell.web.plans.models import Plan

NOT_BEGUN: Final = "Not begun"
COPIED: Final = "Copied with the plan, not yet looked at here"
TALL: Final = 560
HEIGHT: Final = re.compile(r'height="([\d.]+)"')
IN_PLAN: Final = "✓ in the plan"


@dataclass(frozen=True, slots=True)
class Example:
    """Something to begin from, as somebody would have typed it."""

    key: str
    title: str
    about: str
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Means:
    """What a beginning of a line means."""

    word: str
    means: str


@dataclass(frozen=True, slots=True)
class Kind:
    """What a page of an outline says of its kind. `page` and `write` are the names of its addresses."""

    kind: str
    title: str
    page: str
    write: str
    about: str
    sample: str
    legend: tuple[Means, ...]
    examples: Callable[[], Sequence[Example]]


def _driver_examples() -> list[Example]:
    return [
        Example(one.key, one.title, one.about, drivers.outline_of(one), one.source)
        for one in driver_examples().driver_diagrams
    ]


def _theory_examples() -> list[Example]:
    return [
        Example(one.key, one.title, one.about, theories.outline_of(one), one.source)
        for one in driver_examples().theories_of_change
    ]


def _sample(told: str | None) -> str:
    """The outline that stands in the docstring of a module, as it would be typed."""
    lines = [line for line in (told or "").splitlines() if line.startswith("    ")]
    return "\n".join(line[4:] for line in lines)


OF_MEASURES: Final = (
    Means("Outcome:", "a measure that shows whether the aim is reached"),
    Means("Process:", "a measure that shows whether you do what you said"),
    Means("Balancing:", "a measure of what could get worse meanwhile"),
)
DRIVERS: Final = Kind(
    Outline.DRIVERS,
    "Driver diagram",
    "driver_diagram",
    "write_drivers",
    "What must change for the aim to be reached, and what could you try for it? A change idea is a small test, not a task.",
    _sample(drivers.__doc__),
    (
        Means("Aim:", "what is to be better, by how much and by when; one"),
        Means("Primary driver:", "one of the few things that the aim rests on"),
        Means("Secondary driver:", "what a primary driver rests on"),
        Means("Idea:", "what you could try; each serves a secondary driver"),
        *OF_MEASURES,
        Means("Assumption:", "what you take for granted"),
    ),
    _driver_examples,
)
THEORY: Final = Kind(
    Outline.THEORY,
    "Theory of change",
    "theory_of_change",
    "write_theory",
    "If you do this, what follows, and why should it? Each “because” is something to check before you spend money.",
    _sample(theories.__doc__),
    (
        Means("Need:", "what is wrong today, in a number"),
        Means("Activity:", "what you do"),
        Means("Early result:", "what you would see first"),
        Means("Aim:", "where it all leads; one, at the end"),
        Means("Because:", "why the step above should lead on"),
        *OF_MEASURES,
    ),
    _theory_examples,
)


def drivers_of(outline: Outline | None) -> Drivers | None:
    """The diagram, if there is one that can be drawn."""
    try:
        return drivers.drivers_of(outline.text) if outline is not None else None
    except OutlineRefused:
        return None  # typed before a rule changed: the page shows the text


def theory_of(outline: Outline | None) -> Theory | None:
    """The theory, if there is one that can be drawn."""
    try:
        return theories.theory_of(outline.text) if outline is not None else None
    except OutlineRefused:
        return None


def drivers_in_words(found: Drivers, done: Collection[str]) -> str:
    """How much there is to try, and how much of it is in the plan."""
    ideas = found.ideas
    tried = sum(plain_words(idea.words) in done for idea in ideas)
    rests = f"The aim rests on {counted(len(found.primary), 'primary driver')}"
    if not ideas:
        return f"{rests}; there is no idea yet."
    are = "is there" if len(ideas) == 1 else "are there"
    return f"{rests}; {counted(len(ideas), 'idea')} {are} to try, {tried or 'none'} of them in the plan."


def theory_in_words(found: Theory) -> str:
    """From how many needs over how many activities and results one comes to the aim."""
    activities, results = len(found.of(theories.ACTIVITY)), len(found.of(theories.EARLY))
    unsaid = sum(not step.because for step in found.steps)
    checks = "each step says why" if not unsaid else f"{counted(unsaid, 'step')} without a “because”"
    ways = f"{counted(activities, 'activity', 'activities')} and {counted(results, 'early result')}"
    return f"{ways} lead to the aim; {checks}."


def driver_svg(found: Drivers, done: Collection[str]) -> str:
    """The diagram as a picture: lines from the aim to what it rests on, and on to the ideas."""
    links: list[tuple[str, str]] = []
    primary, secondary = [], []
    ideas = {id(serves): f"i{n}" for n, idea in enumerate(found.ideas) for _, serves in idea.serves}
    for number, one in enumerate(found.primary):
        primary.append(Box(f"p{number}", one.words, _in_note(one.measures)))
        links.append(("aim", f"p{number}"))
        for place, under in enumerate(one.secondary):
            key = f"s{number}.{place}"
            secondary.append((key, under))
            links.append((f"p{number}", key))
    numbers = {id(under): key for key, under in secondary}
    for n, idea in enumerate(found.ideas):
        links += [(numbers[id(under)], f"i{n}") for _, under in idea.serves]
    assert set(ideas) <= set(numbers)
    columns = (
        Column("Aim", (Box("aim", found.aim, _in_note(found.measures)),), "thick"),
        Column("Primary drivers", tuple(primary)),
        Column("Secondary drivers", tuple(Box(key, under.words) for key, under in secondary)),
        Column("Change ideas (dashed: to be tried)", tuple(_idea_boxes(found, done)), "dashed"),
    )
    told = f"The aim: {found.aim} {drivers_in_words(found, done)} The list below says the same."
    return linked_boxes("Driver diagram", told, columns, links)


def _idea_boxes(found: Drivers, done: Collection[str]) -> list[Box]:
    return [
        Box(f"i{n}", idea.words, IN_PLAN if plain_words(idea.words) in done else "")
        for n, idea in enumerate(found.ideas)
    ]


def _in_note(measures: Sequence[Measure]) -> str:
    return " · ".join(f"{one.kind.capitalize()}: {one.words}" for one in measures)


def theory_svg(found: Theory) -> str:
    """The theory as a picture: arrows from the needs over activities and early results to the aim."""
    columns: dict[tuple[int, int], list[Box]] = {}
    for step in found.steps:
        place = (theories.ORDER.index(step.kind), _in_a_row(found, step))
        because = f"Because: {'; '.join(step.because)}" if step.because else ""
        columns.setdefault(place, []).append(Box(step.key, step.words, because))
    drawn = [
        Column(theories.NAMES[theories.ORDER[kind]] + (f", {row + 1}" if row else ""), tuple(boxes))
        for (kind, row), boxes in sorted(columns.items(), key=lambda one: one[0])
    ]
    holds = [f"Because: {'; '.join(found.aim.because)}"] if found.aim.because else []
    aim = Box(found.aim.key, found.aim.words, " · ".join([*holds, *filter(None, [_in_note(found.measures)])]))
    links = [(link.start.key, link.end.key) for link in found.links]
    told = f"The aim: {found.aim.words} {theory_in_words(found)} The list below says the same."
    return linked_boxes("Theory of change", told, [*drawn, Column("Aim", (aim,), "thick")], links, arrows=True)


def is_tall(svg: str) -> bool:
    """Whether a drawing has a sheet of its own when it is printed, so that its words can be read."""
    height = HEIGHT.search(svg)
    return height is not None and float(height[1]) > TALL


def _in_a_row(found: Theory, step: Step) -> int:
    """How many steps of its own kind come before it."""
    before = [one for one in found.of(step.kind) if step in one.then]
    return max((_in_a_row(found, one) + 1 for one in before), default=0)


def stands(words: str, one: OfPlan) -> str:
    """How far something is; and that it came with a copy, while nobody here has looked at it."""
    return f"{COPIED}: {words}" if one.copied else words


def how_far_drawn(plan: Plan, user: User) -> str | None:
    """How far the driver diagram of a plan is."""
    if rules.cannot_see_design(user, plan) is not None:
        return None
    outline = queries.outline_of(plan, Outline.DRIVERS)
    if outline is None or (found := drivers_of(outline)) is None:
        return NOT_BEGUN
    done = queries.actions_by_idea(plan, user)
    tried = sum(plain_words(idea.words) in done for idea in found.ideas)
    return stands(f"{counted(len(found.ideas), 'idea')}, {tried or 'none'} of them in the plan", outline)


def how_far_theory(plan: Plan, user: User) -> str | None:
    """How far the theory of change of a plan is."""
    if rules.cannot_see_design(user, plan) is not None:
        return None
    outline = queries.outline_of(plan, Outline.THEORY)
    if outline is None or (found := theory_of(outline)) is None:
        return NOT_BEGUN
    return stands(f"{counted(len(found.steps), 'step')} to the aim", outline)
