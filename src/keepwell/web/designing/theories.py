"""If we do this, what follows, and why should it? A theory of change, read from an outline.

    Need: 18 in 100 starters have gone within a year
      Because: those who told us are like those who did not
      Activity: each starter has a buddy by name
        Because: buddies get the hours
        Early result: the starter has somebody to ask
          Because: asking is welcome in this team
    Aim: a year on, 14 in 100 have gone
      Outcome: starters who left within a year

What stands below a line and further in follows from it. What nothing follows from leads to the aim, of which there is
one. A step that stands twice in the same words is one step. "Because" is what has to hold for the step to lead on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from keepwell.content import plain_words
from keepwell.content.planning import Link as ContentLink
from keepwell.content.planning import TheoryOfChange
from keepwell.errors import listed
from keepwell.web.designing.outlines import (
    BALANCING,
    MEASURES,
    OUTCOME,
    Fault,
    Line,
    Measure,
    OutlineRefused,
    has_number,
    lines_of,
)

NEED, ACTIVITY, EARLY, AIM = "need", "activity", "early_result", "aim"
ORDER: Final = (NEED, ACTIVITY, EARLY, AIM)
NAMES: Final = {NEED: "Need", ACTIVITY: "Activity", EARLY: "Early result", AIM: "Aim"}
BECAUSE: Final = "because"
WORDS: Final = {
    **MEASURES,
    "need": NEED,
    "activity": ACTIVITY,
    "early result": EARLY,
    "result": EARLY,
    "aim": AIM,
    "because": BECAUSE,
    "assumption": BECAUSE,
    "assumes": BECAUSE,
}
MOST_IN_A_ROW: Final = 6


@dataclass(slots=True)
class Step:
    """One step: what it is, why it should lead on, and the steps that follow from it."""

    kind: str
    words: str
    line: int
    because: list[str] = field(default_factory=list)
    then: list[Step] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{self.kind}/{plain_words(self.words)}"


@dataclass(frozen=True, slots=True)
class Link:
    """If the one, then the other, because …"""

    start: Step
    end: Step

    @property
    def because(self) -> str:
        return "; ".join(self.start.because)


@dataclass(slots=True)
class Theory:
    """From a need to an aim. `steps` are all but the aim, in the order in which they stand."""

    aim: Step
    steps: list[Step] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)

    def of(self, kind: str) -> list[Step]:
        return [step for step in self.steps if step.kind == kind]

    @property
    def links(self) -> list[Link]:
        return [Link(step, after) for step in self.steps for after in step.then]

    def depths(self) -> dict[str, int]:
        """How many steps come before each step, on the longest way."""
        found, links = {step.key: 0 for step in [*self.steps, self.aim]}, self.links
        for _ in found:
            for link in links:
                found[link.end.key] = max(found[link.end.key], found[link.start.key] + 1)
        return found


def theory_of(text: str) -> Theory:
    """The theory of an outline. Raises OutlineRefused with every line that cannot be drawn."""
    reading = _Reading()
    for line in lines_of(text, WORDS, reading.faults):
        reading.take(line)
    if reading.aim is None and not reading.faults:
        reading.fault(0, "There is no aim.", "end with “Aim:” and what is to be better, by how much and by when")
    if reading.faults or reading.aim is None:
        raise OutlineRefused(reading.faults)
    found = Theory(reading.aim, list(reading.steps.values()), reading.measures)
    for step in found.steps:
        step.then = step.then or [found.aim]
    if max(found.depths().values()) >= MOST_IN_A_ROW:
        too_long = f"More than {MOST_IN_A_ROW} steps follow one another."
        raise OutlineRefused([Fault(0, too_long, "leave out those that say little")])
    return found


class _Reading:
    """A theory on its way, line by line. `open` are the steps that what follows can belong to, each further in."""

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}
        self.aim: Step | None = None
        self.measures: list[Measure] = []
        self.faults: list[Fault] = []
        self.open: list[tuple[int, Step]] = []
        self.last: Step | None = None

    def fault(self, line: int, wrong: str, attempt: str) -> None:
        self.faults.append(Fault(line, wrong, attempt))

    def take(self, line: Line) -> None:
        if line.kind == BECAUSE:
            self._because(line)
        elif line.kind in MEASURES.values():
            self.measures.append(Measure(line.kind, line.words))
        elif line.kind == AIM:
            self._aim(line)
        else:
            self._step(line)

    def _because(self, line: Line) -> None:
        if self.last is None:
            self.fault(line.number, "It says why of nothing.", "write it below the step that it belongs to")
        else:
            self.last.because.append(line.words)

    def _aim(self, line: Line) -> None:
        if self.aim is not None:
            attempt = "write the aim once, at the end: whatever nothing follows from leads there"
            self.fault(line.number, f"{line.quoted} is a second aim.", attempt)
            return
        self.aim = self.last = Step(AIM, line.words, line.number)

    def _step(self, line: Line) -> None:
        while self.open and self.open[-1][0] >= line.indent:
            self.open.pop()
        before = self.open[-1][1] if self.open else None
        if before is None and line.kind not in ("", NEED):
            before = self._latest_before(line.kind)
        kind = line.kind or (NEED if before is None else ORDER[min(ORDER.index(before.kind) + 1, 2)])
        made = Step(kind, line.words, line.number)
        step = self.steps.setdefault(made.key, made)
        self.last = step
        self.open.append((line.indent, step))
        if before is not None:
            self._follows(before, step, line)

    def _latest_before(self, kind: str) -> Step | None:
        """Where nothing is moved in: the last step of a kind that comes before."""
        earlier = ORDER[: ORDER.index(kind)]
        return next((step for step in reversed(self.steps.values()) if step.kind in earlier), None)

    def _follows(self, before: Step, step: Step, line: Line) -> None:
        if ORDER.index(step.kind) < ORDER.index(before.kind):
            names = f"{NAMES[step.kind].lower()} cannot follow from the {NAMES[before.kind].lower()} above it"
            self.fault(line.number, f"The {names}.", "move it out, or say what else it is")
        elif _leads_to(step, before):
            self.fault(line.number, f"{line.quoted} would lead back to itself.", "leave one of the two out")
        elif step not in before.then:
            before.then.append(step)


def _leads_to(step: Step, other: Step) -> bool:
    """Whether one comes to the other from a step, by whatever way; each step is looked at once."""
    seen, waiting = {step.key}, [step]
    while waiting:
        now = waiting.pop()
        if now is other:
            return True
        new = [after for after in now.then if after.key not in seen]
        seen |= {after.key for after in new}
        waiting += new
    return False


def warnings_of(found: Theory) -> list[str]:
    """What a good theory has and this one has not. It is drawn all the same."""
    return list(_warnings(found))


def _warnings(found: Theory) -> Iterator[str]:
    for kind, why in (
        (NEED, "what is wrong today, in a number?"),
        (ACTIVITY, "what will you do?"),
        (EARLY, "what will you see first, long before the aim?"),
    ):
        if not found.of(kind):
            yield f"There is no {NAMES[kind].lower()}: {why}"
    if not has_number(found.aim.words):
        yield "The aim has no number and no date: say how much better, and by when."
    for kind, why in (
        (OUTCOME, "by what will you see that the aim is reached?"),
        (BALANCING, "what could get worse while this gets better?"),
    ):
        if not any(one.kind == kind for one in found.measures):
            yield f"There is no {kind} measure: {why}"
    unsaid = [step.words for step in found.steps if not step.because]
    if unsaid:
        yield f"Nobody has said why these should lead on: {listed(unsaid, 3)}."


def outline_of(example: TheoryOfChange) -> str:
    """A worked example as somebody would have typed it."""
    links = {link.key: link for link in example.links}
    led_to = {key for link in example.links for key in link.leads_to}
    lines: list[str] = []
    seen: set[str] = set()
    for link in example.links:
        if link.key not in led_to:
            _write(link, links, 0, lines, seen)
    aim = next(link for link in example.links if link.kind == AIM)
    lines += [f"Aim: {aim.text}", f"  Because: {aim.assumes}"]
    return "\n".join([*lines, *(f"  {one.kind.capitalize()}: {one.text}" for one in example.measures)])


def _write(link: ContentLink, links: dict[str, ContentLink], depth: int, lines: list[str], seen: set[str]) -> None:
    """A step with all that follows from it; what stood before is named only."""
    if link.kind == AIM:
        return
    lines.append(f"{'  ' * depth}{NAMES[link.kind]}: {link.text}")
    if link.key in seen:
        return
    seen.add(link.key)
    lines.append(f"{'  ' * (depth + 1)}Because: {link.assumes}")
    for key in link.leads_to:
        _write(links[key], links, depth + 1, lines, seen)
