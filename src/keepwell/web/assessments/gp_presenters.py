"""How does the cycle of general practice read, and how do the points at which GPs are lost?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from keepwell.content.assessments import assessment
from keepwell.content.general_practice import CHECKLIST, CareerStage, Step, cycle, own_parts, stages
from keepwell.content.guides import Source
from keepwell.measures import measure
from keepwell.web.accounts.abilities import LOAD_DATA
from keepwell.web.accounts.gate import person
from keepwell.web.accounts.rules import Standing, standing
from keepwell.web.assessments import list_presenters
from keepwell.web.assessments.gap_rules import cannot_see_support
from keepwell.web.assessments.gp_queries import THROUGHOUT, Spot, spots
from keepwell.web.assessments.list_queries import Progress, progress_of
from keepwell.web.assessments.models import Loss, Round
from keepwell.web.assessments.presenters import Tag, address_of
from keepwell.web.nhsuk.menus import Link
from keepwell.web.nhsuk.words import day, in_sentence
from keepwell.web.places.models import Place

TOOLS: Final = {
    "named roles": "promise_roles",
    "bring data in": "uploads",
    "loss points by career stage": "loss_points",
    "the support gap audit": "gap_audit",
    "goals and must-dos": "aims",
}
"""The tools of a step that have a page of the place, by the name of its address."""
NOT_KNOWN: Final = "Not known"
SMALL: Final = 5


# The cycle


@dataclass(frozen=True, slots=True)
class ShownCheck:
    """A check of a step: how far it is, and where it is filled in."""

    title: str
    tag: Tag
    href: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step of the cycle with its checks and the tools that there are for it."""

    number: int
    step: Step
    here: bool
    tag: Tag
    checks: tuple[ShownCheck, ...]
    tools: tuple[Link, ...]


def no_list() -> Progress:
    """How far a place is that has not begun the checklist."""
    return Progress(assessment(CHECKLIST), {})


def cycle_in_words(round: Round | None) -> str:
    """Where a place is: "You are at step 2 of 5. 6 of 22 checks done. Next: ask your GPs what would make them stay." """
    progress = progress_of(round) if round else no_list()
    at = step_now(progress)
    where = f"You are at step {at} of {len(cycle())}." if at else f"All {len(cycle())} steps are done."
    if round is None or round.unfinished or progress.open_items:
        return f"{where} {list_presenters.progress_in_words(progress)}"
    return f"{where} {list_presenters.done_in_words(progress)}"


def step_now(progress: Progress) -> int | None:
    """The number of the first step of which a check is open; None where all are done."""
    open_keys = {item.key for item in progress.open_items}
    groups = {group.key: group for group in progress.of.groups}
    for number, step in enumerate(cycle(), 1):
        if any(item.key in open_keys for key in step.checklist for item in groups[key].items):
            return number
    return None


def shown_steps(here: Standing, round: Round | None) -> list[ShownStep]:
    """The five steps, each with its checks and tools."""
    progress = progress_of(round) if round else no_list()
    now = step_now(progress)
    return [_shown_step(here, round, progress, number, number == now) for number, _ in enumerate(cycle(), 1)]


def _shown_step(here: Standing, round: Round | None, progress: Progress, number: int, is_now: bool) -> ShownStep:
    step = cycle()[number - 1]
    items = [item for group in progress.of.groups if group.key in step.checklist for item in group.items]
    done = sum(item not in progress.open_items for item in items)
    at = address_of(round) if round else reverse("assessment", args=[here.place.slug, CHECKLIST])
    checks = tuple(
        ShownCheck(
            item.title,
            list_presenters.tag_of(progress.rating_of(item)),
            f"{at}#{item.key}" if round and round.unfinished else at,
        )
        for item in items
    )
    words = "Done" if done == len(items) else f"{done} of {len(items)} done"
    kind = "good" if done == len(items) else "changing" if done or is_now else "none"
    return ShownStep(number, step, is_now, Tag(kind, words), checks, tuple(_tools(here, step, at)))


def _tools(here: Standing, step: Step, checklist_at: str) -> Iterable[Link]:
    """The tools of a step that there are for whoever asks. What the workbench does not have is left out."""
    for words in step.tools:
        name, text = TOOLS.get(words), words[:1].upper() + words[1:]
        if words == "the checklist":
            yield Link(text, checklist_at)
        elif words == "general practice measures":
            yield Link(text, reverse("measures"))
        elif name and (name != "uploads" or LOAD_DATA in here.abilities) and (href := _address(name, here.place)):
            yield Link(text, href)


def _address(name: str, place: Place) -> str | None:
    try:
        return reverse(name, args=[place.slug])
    except NoReverseMatch:
        return None


# Where GPs are lost


@dataclass(frozen=True, slots=True)
class ShownPoint:
    """A point at which GPs are lost: a number in words, or not known; what could give one, and what to ask."""

    spot: Spot
    known: bool
    words: str
    said: str
    note: str
    small: bool
    measures: tuple[Link, ...]
    href: str


@dataclass(frozen=True, slots=True)
class ShownStage:
    """A stage of the career, or (without one) the whole of it, with its points and what was written of them."""

    stage: CareerStage | None
    points: tuple[ShownPoint, ...]
    losses: tuple[Loss, ...]

    @property
    def key(self) -> str:
        return self.stage.key if self.stage else THROUGHOUT

    @property
    def title(self) -> str:
        return self.stage.title if self.stage else "Along the whole career"

    @property
    def about(self) -> str:
        return self.stage.about if self.stage else "What may happen at any stage."

    @property
    def in_the_records(self) -> str:
        return self.stage.in_the_records if self.stage else ""


def lost_in_words(loss: Loss | None) -> str:
    """A number with what it is of and when: "12 of 140 in 2025"; else "Not known"."""
    if loss is None or not loss.known:
        return NOT_KNOWN
    of = f" of {loss.of:,}" if loss.of is not None else ""
    return f"{loss.number:,}{of} in {loss.period}"


def shown_stages(place: Place, losses: Mapping[str, Loss]) -> list[ShownStage]:
    """The whole career, stage by stage, then what runs through all of it."""
    return [_shown_stage(place, stage, losses) for stage in (*stages(), None)]


def _shown_stage(place: Place, stage: CareerStage | None, losses: Mapping[str, Loss]) -> ShownStage:
    own = [spot for spot in spots() if spot.stage == stage]
    points = tuple(shown_point(place, spot, losses.get(spot.key)) for spot in own)
    return ShownStage(stage, points, tuple(losses[spot.key] for spot in own if spot.key in losses))


def shown_point(place: Place, spot: Spot, loss: Loss | None) -> ShownPoint:
    return ShownPoint(
        spot,
        loss is not None and loss.known,
        lost_in_words(loss),
        f"{loss.changed_by.name}, {day(loss.changed_at)}" if loss else "",
        loss.note if loss else "",
        loss is not None and loss.known and (loss.number or 0) < SMALL,
        tuple(Link(measure(name).label, reverse("measure", args=[name])) for name in spot.point.known_from),
        reverse("write_loss", args=[place.slug, spot.stage_key, spot.point.key]),
    )


def losses_in_words(shown: Sequence[ShownStage]) -> str:
    """Whom a place loses and when, from what is written: of each stage the greatest number, then where none is.

    "Newly qualified: went abroad, 12 of 140 in 2025. Not known: in training, the wise fives. Ask."
    """
    sentences = []
    for stage in shown:
        known = [point for point in stage.points if point.known]
        if known:
            most = max(known, key=lambda point: _number(stage, point))
            sentences.append(f"{stage.title}: {in_sentence(most.spot.point.title)}, {most.words}.")
    unknown = [in_sentence(stage.title) for stage in shown if not any(point.known for point in stage.points)]
    if len(unknown) == len(shown):
        return "Not known at any stage of the career: ask."
    return " ".join([*sentences, f"Not known: {', '.join(unknown)}. Ask."] if unknown else sentences)


def _number(stage: ShownStage, point: ShownPoint) -> int:
    return next((loss.number or 0 for loss in stage.losses if loss.point == point.spot.key), 0)


# Menus


def links_of_place(request: HttpRequest, place: Place) -> Iterable[Link]:
    """The cycle, for whoever may see how a general practice, a network or a system keeps its GPs."""
    here = standing(person(request), place) if request.user.is_authenticated else None
    if cannot_see_support(here) is None:
        yield Link("Keeping GPs", reverse("cycle", args=[place.slug]), order=31)


def our_part_of(file: str) -> Source:
    """On what of the guide our own words beside its items rest."""
    return next(one.source for one in own_parts() if one.file == file)
