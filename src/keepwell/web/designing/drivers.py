"""What does an aim rest on, and what is tried for it? A driver diagram, read from an outline.

    Aim: Of 100 starters no more than 14 leave in their first year, by March 2027
      Outcome: starters who left within a year
      Balancing: hours that buddies give
      They know the job before they come
        Process: starters who were called before their first day
        The manager speaks to each of them
          Call each starter within a week of the offer
    Assumption: they leave because of the start, not of the pay

How far in a line stands says what it is: the aim, a primary driver, a secondary driver, a change idea. A line may say
it instead ("Primary driver: …"). An idea that stands in the same words under two secondary drivers is one idea.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from keepwell.content import plain_words
from keepwell.content.planning import DriverDiagram, Sign
from keepwell.errors import listed
from keepwell.web.designing.outlines import (
    BALANCING,
    MEASURES,
    OUTCOME,
    PROCESS,
    Fault,
    Line,
    Measure,
    OutlineRefused,
    has_number,
    lines_of,
    same,
)

AIM, PRIMARY, SECONDARY, IDEA = "aim", "primary", "secondary", "idea"
LEVELS: Final = (AIM, PRIMARY, SECONDARY, IDEA)
NAMES: Final = {AIM: "Aim", PRIMARY: "Primary driver", SECONDARY: "Secondary driver", IDEA: "Change idea"}
ASSUMPTION: Final = "assumption"
WORDS: Final = {
    **MEASURES,
    "aim": AIM,
    "primary": PRIMARY,
    "primary driver": PRIMARY,
    "secondary": SECONDARY,
    "secondary driver": SECONDARY,
    "idea": IDEA,
    "change idea": IDEA,
    "assumption": ASSUMPTION,
    "assumes": ASSUMPTION,
}


@dataclass(slots=True)
class Secondary:
    """What a primary driver rests on, and the ideas to try for it."""

    words: str
    ideas: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Primary:
    """What the aim rests on."""

    words: str
    measures: list[Measure] = field(default_factory=list)
    secondary: list[Secondary] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Idea:
    """An idea with the secondary drivers that it serves, one at least, each with its primary driver."""

    words: str
    serves: tuple[tuple[Primary, Secondary], ...]


@dataclass(slots=True)
class Drivers:
    """An aim, what it rests on, and what is tried for it."""

    aim: str = ""
    measures: list[Measure] = field(default_factory=list)
    primary: list[Primary] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)

    @property
    def ideas(self) -> list[Idea]:
        """Every idea once, in the order in which they stand."""
        found: dict[str, tuple[str, list[tuple[Primary, Secondary]]]] = {}
        for primary in self.primary:
            for secondary in primary.secondary:
                for words in secondary.ideas:
                    found.setdefault(plain_words(words), (words, []))[1].append((primary, secondary))
        return [Idea(words, tuple(serves)) for words, serves in found.values()]

    @property
    def all_measures(self) -> list[Measure]:
        return [*self.measures, *(one for primary in self.primary for one in primary.measures)]


def drivers_of(text: str) -> Drivers:
    """The diagram of an outline. Raises OutlineRefused with every line that cannot be drawn."""
    reading = _Reading()
    for line in lines_of(text, WORDS, reading.faults):
        reading.take(line)
    if not reading.found.aim and not reading.faults:
        reading.fault(0, "There is no aim.", "begin with “Aim:” and what is to be better, by how much and by when")
    if reading.faults:
        raise OutlineRefused(reading.faults)
    return reading.found


class _Reading:
    """A diagram on its way, line by line. `open` are the lines that what follows can belong to, each further in."""

    def __init__(self) -> None:
        self.found, self.faults = Drivers(), list[Fault]()
        self.open: list[tuple[int, int]] = []
        self.secondary: Secondary | None = None

    def fault(self, line: int, wrong: str, attempt: str) -> None:
        self.faults.append(Fault(line, wrong, attempt))

    def take(self, line: Line) -> None:
        if line.kind == ASSUMPTION:
            self.found.assumptions.append(line.words)
        elif line.kind in MEASURES.values():
            self._measure(line)
        else:
            self._level(line)

    def _level(self, line: Line) -> None:
        while self.open and self.open[-1][0] >= line.indent:
            self.open.pop()
        level = LEVELS.index(line.kind) if line.kind else (self.open[-1][1] + 1 if self.open else 0)
        self.open.append((line.indent, min(level, len(LEVELS) - 1)))
        if level >= len(LEVELS):
            self.fault(line.number, f"{line.quoted} stands below a change idea.", "move it out, beside the idea")
        else:
            (self._aim, self._primary, self._second, self._idea)[level](line)

    def _aim(self, line: Line) -> None:
        if self.found.aim:
            attempt = "move it further in, below the aim; or begin it with what it is, like “Primary driver:”"
            self.fault(line.number, f"{line.quoted} would be a second aim, and a diagram has one.", attempt)
        self.found.aim = self.found.aim or line.words

    def _primary(self, line: Line) -> None:
        self.found.primary.append(Primary(line.words))
        self.secondary = None

    def _second(self, line: Line) -> None:
        if not self.found.primary:
            self.fault(
                line.number, f"{line.quoted} is a secondary driver without a primary one.", "write that above it"
            )
            return
        self.secondary = Secondary(line.words)
        self.found.primary[-1].secondary.append(self.secondary)

    def _idea(self, line: Line) -> None:
        if self.secondary is None:
            attempt = "write above it the secondary driver that it serves"
            self.fault(line.number, f"{line.quoted} is a change idea that serves no secondary driver.", attempt)
        elif any(same(line.words, other) for other in self.secondary.ideas):
            self.fault(line.number, f"{line.quoted} stands twice under the same driver.", "delete one of the two")
        else:
            self.secondary.ideas.append(line.words)

    def _measure(self, line: Line) -> None:
        """Of what it stands in. At the very left an outcome or a balancing measure is the aim's."""
        inside = [level for indent, level in self.open if indent < line.indent]
        of_primary = max(inside) > 0 if inside else line.kind == PROCESS
        held = self.found.primary[-1] if of_primary and self.found.primary else self.found
        held.measures.append(Measure(line.kind, line.words))


def warnings_of(found: Drivers) -> list[str]:
    """What a good diagram has and this one has not. It is drawn all the same."""
    return list(_warnings(found))


def _warnings(found: Drivers) -> Iterator[str]:
    if not has_number(found.aim):
        yield "The aim has no number and no date: say how much better, and by when."
    if not any(one.kind == OUTCOME for one in found.measures):
        yield "The aim has no outcome measure: by what will you see that it is reached?"
    if not any(one.kind == BALANCING for one in found.all_measures):
        yield "There is no balancing measure: what could get worse while this gets better?"
    without = [one.words for one in found.primary if not any(sign.kind == PROCESS for sign in one.measures)]
    if without:
        yield f"No process measure stands with: {listed(without, 4)}."
    if not found.primary:
        yield "There is no primary driver yet: what does the aim rest on?"
    bare = [one.words for one in found.primary if not one.secondary]
    if bare:
        yield f"Nothing stands under: {listed(bare, 4)}."
    untried = [one.words for primary in found.primary for one in primary.secondary if not one.ideas]
    if untried:
        yield f"Nothing is tried yet for: {listed(untried, 4)}."


def outline_of(example: DriverDiagram) -> str:
    """A worked example as somebody would have typed it."""
    lines = [f"Aim: {example.aim}", *_measures(example.measures, 1)]
    for primary in example.primary:
        lines += [f"  Primary driver: {primary.text}", *_measures(primary.measures, 2)]
        for secondary in primary.secondary:
            lines += [
                f"    Secondary driver: {secondary.text}",
                *(f"      Idea: {one.text}" for one in secondary.ideas),
            ]
    return "\n".join([*lines, *(f"Assumption: {one.text}" for one in example.assumptions)])


def _measures(signs: tuple[Sign, ...], depth: int) -> list[str]:
    return [f"{'  ' * depth}{one.kind.capitalize()}: {one.text}" for one in signs]
