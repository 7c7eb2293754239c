"""How do cases, offers, roadmaps and the card read?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import reverse

from keepwell.content.cases import GRADE_WORDS, Figure
from keepwell.content.general_practice import offers as content_offers
from keepwell.content.general_practice import stages as gp_stages
from keepwell.content.guides import Source
from keepwell.content.promise import elements
from keepwell.content.roadmaps import CareerStep, Roadmap
from keepwell.errors import counted
from keepwell.web.accounts.gate import person
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import standing
from keepwell.web.evidence.queries import UsedBy
from keepwell.web.library.rules import cannot_see_library, cannot_write
from keepwell.web.library.searching import Looked
from keepwell.web.library.telling import (
    GRADE_TITLES,
    GRADES,
    LEVELS,
    SETTINGS,
    STAFF_GROUPS,
    STAGES,
    ToldCase,
    ToldOffer,
    national_offers,
    topic_titles,
)
from keepwell.web.nhsuk.menus import Link
from keepwell.web.places.models import Place

COLOURS: Final = {"claim": "grey", "before_after": "blue", "controlled": "purple", "causal": "green"}
"""The colour of each grade; how many dots it has, and its words, say the same."""
PLURAL: Final = {
    "claim": "claims, with nothing measured that could show it",
    "before_after": "measured before and after",
    "controlled": "measured beside others",
    "causal": "studied for the effect",
}
MOST_NAMED: Final = 8
ROOM: Final = 160
COUNTED: Final = "A count"


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure in words: what it counts, the number, how sure it is, when, and where it was printed."""

    what: str
    number: str
    interval: str
    window: str
    study: str
    note: str
    grade: str


@dataclass(frozen=True, slots=True)
class Mark:
    """How much a case can tell: dots of four, a colour and words."""

    dots: str
    colour: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A case of a list: who did it, and the first words of what was reported."""

    case: ToldCase
    href: str
    mark: Mark
    about: str
    reported: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step of a roadmap with its offers."""

    step: CareerStep
    offers: tuple[ToldOffer, ...]


def case_address(case: ToldCase, place: Place | None) -> str:
    """Where a case is read: at the place, or on the public page."""
    if place is not None:
        return reverse("place_case", args=[place.slug, case.key])
    return reverse("library_case", args=[case.key])


def listed_cases(cases: Iterable[ToldCase], place: Place | None) -> list[ShownCase]:
    """The cases of a list, each with who, where and its grade."""
    return [
        ShownCase(case, case_address(case, place), mark_of(case), who_and_where(case), beginning(case.reported))
        for case in cases
    ]


def mark_of(case: ToldCase) -> Mark:
    """The mark of a case's grade: "●○○○ A claim"."""
    return mark(case.evidence)


def mark(grade: str) -> Mark:
    """The mark of a grade."""
    dots = GRADES.index(grade) + 1
    return Mark("●" * dots + "○" * (len(GRADES) - dots), COLOURS[grade], GRADE_TITLES[grade])


def grades() -> list[tuple[Mark, str]]:
    """Every grade with what it means, the weakest first."""
    return [(mark(grade), words) for grade, words in GRADE_WORDS.items()]


def beginning(text: str) -> str:
    """The first sentences of a text, as many as a list has room for."""
    kept = ""
    for sentence in text.split(". "):
        if kept and len(kept) + len(sentence) > ROOM:
            return f"{kept}."
        kept = f"{kept}. {sentence}" if kept else sentence
    return kept


def who_and_where(case: ToldCase) -> str:
    """Who did it, and where where that says more."""
    return case.who if not case.where or case.where in case.who else f"{case.who}, {case.where}"


def found_in_words(found: Sequence[ToldCase], of: int, looked: Looked) -> str:
    """How many cases fit and how much they can tell: the first sentence of the list."""
    if not found:
        return "No case fits. Choose less, or use another word."
    first = counted(len(found), "case") + (f" of {of} fit." if len(found) != 1 else f" of {of} fits.")
    if looked.anything:
        first = f"{of} cases of how others kept their people."
    return f"{first} {_grades_in_words(found)}"


def _grades_in_words(found: Sequence[ToldCase]) -> str:
    counts = {grade: sum(case.evidence == grade for case in found) for grade in reversed(GRADES)}
    if counts["claim"] == len(found):
        return (
            "It is a claim: nothing was measured that could show that it helped."
            if len(found) == 1
            else ("All are claims: nothing was measured that could show that it helped.")
        )
    told = [f"{number} {'is' if number == 1 else 'are'} {PLURAL[grade]}" for grade, number in counts.items() if number]
    words = f"{', '.join(told[:-1])} and {told[-1]}." if len(told) > 1 else f"{told[0]}."
    return words[:1].upper() + words[1:]


def case_answer(case: ToldCase) -> str:
    """What a case comes to, in a sentence: its grade, before anybody reads what was reported."""
    if case.evidence == "claim":
        return f"A claim. {GRADE_WORDS['claim']}"
    return f"{GRADE_TITLES[case.evidence]}. {case.grade_words}"


def facts_of(case: ToldCase) -> list[tuple[str, str]]:
    """Who, where and for whom, in names and words."""
    return [
        ("Who", case.who),
        ("Where", case.where),
        ("Kind of place", SETTINGS.get(case.setting, case.setting)),
        ("For whom", ", ".join(STAFF_GROUPS[one] for one in case.staff_groups)),
        ("Career stage", ", ".join(STAGES[one] for one in case.stages)),
        ("Level of support", LEVELS.get(case.level, "")),
        ("Topics", ", ".join(topic_titles().get(one, one) for one in case.topics)),
        ("People Promise", "; ".join(elements()[one].title for one in case.promise)),
        ("Written down by", case.by),
    ]


def figures_of(case: ToldCase) -> list[ShownFigure]:
    """The figures of a case in words, in its order."""
    return [
        ShownFigure(
            one.what,
            number_in_words(one),
            _interval(one),
            one.window,
            one.study,
            one.note,
            grade_of_figure(one, case),
        )
        for one in case.figures
    ]


def grade_of_figure(figure: Figure, case: ToldCase) -> str:
    """The grade of a figure: its own, that of its case where it is a change, else it is a count."""
    if figure.evidence:
        return GRADE_TITLES[figure.evidence]
    return case.grade if figure.change is not None or figure.before is not None else COUNTED


def number_in_words(figure: Figure) -> str:
    """A figure as it was printed: "26 of 26 people", "down 4.49 percent of itself", "from 16.8 to 15.2 percent"."""
    if figure.before is not None and figure.after is not None:
        return f"from {_n(figure.before)} to {_n(figure.after)} {figure.unit}".strip()
    if figure.change is not None:
        return f"{'down' if figure.change < 0 else 'up'} {_n(abs(figure.change))} {figure.unit}"
    number = _n(figure.value or 0)
    return f"{number} of {_n(figure.of)} {figure.unit}" if figure.of is not None else f"{number} {figure.unit}".strip()


def _n(number: float) -> str:
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def _interval(figure: Figure) -> str:
    if figure.interval is None:
        return "Not given" if figure.change is not None or figure.before is not None or figure.of is not None else "–"
    return f"{figure.interval.low:.1%} to {figure.interval.high:.1%} ({figure.interval.method})"


def used_in_words(used: UsedBy) -> str:
    """Who cites a case, as far as that may be told; empty where it may not."""
    told = []
    if used.places:
        more = len(used.places) - MOST_NAMED
        named = ", ".join(used.places[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        told.append(f"Cited in plans that you may see at: {named}.")
    if used.organisations is not None:
        told.append(f"{used.organisations} organisations on this site cite it in a plan.")
    return " ".join(told)


def act_at(user: User, place: Place) -> str:
    """Where something of the library is put into a plan of a place, but for its name; empty for who writes none there."""
    return f"{reverse('start_plan', args=[place.slug])}?from=" if cannot_write(user, place) is None else ""


# Offers


def offers_in_words(found: Sequence[ToldOffer], place: Place | None) -> str:
    """How many offers fit, and which may have changed: the first sentence of the list."""
    if not found:
        return "No offer fits. Choose less, or use another word."
    local, national = [offer for offer in found if offer.by], [offer for offer in found if not offer.by]
    if place is None:
        return f"{counted(len(national), 'offer')}. {_warning(national)}"
    told = [f"{counted(len(local), 'local offer')}." if local else "No local offer is found here."]
    told += [_warning(local)] if any(offer.may_have_changed for offer in local) else []
    told += [f"{counted(len(national), 'national offer')} for GPs. {_warning(national)}"] if national else []
    return " ".join(told)


def _warning(found: Sequence[ToldOffer]) -> str:
    old = [offer for offer in found if offer.may_have_changed]
    if not old:
        return "Checked within the last year."
    which = "It" if len(found) == 1 else "All of them" if len(old) == len(found) else f"{len(old)} of them"
    return f"{which} may have changed since {_since(old)}: check before you send anybody there."


def _since(old: Sequence[ToldOffer]) -> str:
    years = sorted({offer.year for offer in old})
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"


def for_whom(offer: ToldOffer) -> str:
    """At which level, and for which stages."""
    titles = {one.key: one.title for one in gp_stages()} | {
        "new_starter": "New starters",
        "late_career": "Late careers",
    }
    stages = ", ".join(titles.get(one, one) for one in offer.stages) if offer.stages else "every career stage"
    level = LEVELS.get(offer.level, "")
    return f"{level}; {stages}" if level else stages[:1].upper() + stages[1:]


def offers_note() -> tuple[str, Source]:
    """What must be said before any national offer is passed on, and where that comes from."""
    note = content_offers().note
    return note.text, note.source


# Roadmaps and the card


def shown_steps(roadmap: Roadmap) -> list[ShownStep]:
    """The steps of a roadmap, each with its offers."""
    return [ShownStep(step, tuple(national_offers()[key] for key in step.offers)) for step in roadmap.stages]


# Menus


def links_of_place(request: HttpRequest, place: Place) -> Iterable[Link]:
    """The library, for who sees it at a place."""
    if cannot_see_library(standing(person(request), place)) is None:
        yield Link("Library", reverse("place_library", args=[place.slug]), order=45)


def links_of_site(request: HttpRequest) -> Iterable[Link]:
    """The library, for everybody."""
    yield Link("Library", reverse("library"), order=55)
