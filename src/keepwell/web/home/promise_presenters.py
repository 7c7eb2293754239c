"""How does each element of the People Promise stand, in words?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import reverse

from keepwell.content.assessments import RATINGS, Assessment, Topic
from keepwell.content.guides import Source
from keepwell.content.promise import Carrier, Element, elements
from keepwell.errors import counted, listed
from keepwell.web.accounts.gate import person
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import standing
from keepwell.web.assessments.list_presenters import tag_of
from keepwell.web.assessments.presenters import Tag, overdue, review_in_words, tag
from keepwell.web.assessments.queries import RATING_WORDS, Line
from keepwell.web.assessments.role_queries import Held, names_roles_for, roles_held
from keepwell.web.evidence.values import Value
from keepwell.web.home.presenters import address_of
from keepwell.web.home.promise_queries import Heard, actions_for, heard_at, values_of
from keepwell.web.home.rules import cannot_see_promise
from keepwell.web.nhsuk.menus import Link
from keepwell.web.nhsuk.words import day
from keepwell.web.places.models import ICB, NETWORK, Place
from keepwell.web.plans.models import Action
from keepwell.web.plans.presenters import title_of

NUMBERS: Final = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven")
ABOVE: Final = (ICB, NETWORK)
"""Places that see of organisations below what these released to them."""
FEW: Final = 4
"""Places that are named in a row; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating with the topics that have it, or a topic with how places rated it."""

    tag: Tag
    words: str


@dataclass(frozen=True, slots=True)
class Said:
    """What was agreed on by one assessment, by the place or by others; no lines where nothing was."""

    title: str
    href: str
    words: str
    lines: tuple[Rated, ...] = ()


@dataclass(frozen=True, slots=True)
class CarriedBy:
    """Somebody who carries a part of an element. `name` is who holds the role; `empty` that nobody does."""

    who: str
    part: str
    name: str
    empty: bool
    source: Source


@dataclass(frozen=True, slots=True)
class Shown:
    """An element with all that is known of it. `rating` is the worst of its topics, `here` where the place gave it."""

    element: Element
    rating: str
    here: bool
    values: tuple[Value, ...]
    said: tuple[Said, ...]
    carriers: tuple[CarriedBy, ...]

    @property
    def tag(self) -> Tag:
        given = tag(self.rating)
        return given if self.here or not self.rating else Tag(given.kind, f"{given.words} elsewhere")

    @property
    def empty(self) -> int:
        return sum(carrier.empty for carrier in self.carriers)


def promise_of(user: User, place: Place) -> list[Shown]:
    """The seven elements at a place, as somebody may see them, in the order in which the NHS says them."""
    heard, held = heard_at(place), {one.role.key: one for one in roles_held(place)}
    return [
        Shown(
            element,
            *_state(element.key, heard),
            tuple(values_of(user, place, element)),
            tuple(said for one in heard for said in _said(one, element.key, place)),
            tuple(_carriers(element, held)),
        )
        for element in elements().values()
    ]


def worst_first(shown: Iterable[Shown]) -> list[Shown]:
    """The elements as they want to be looked at: red, amber, not rated, green."""
    order = ("red", "amber", "", "green")
    return sorted(shown, key=lambda one: (order.index(one.rating), not one.here))


def answer(shown: Sequence[Shown], place: Place) -> str:
    """How the promise stands, in two or three sentences."""
    return " ".join([*_of_ratings(shown, place), of_roles(place)])


def _of_ratings(shown: Sequence[Shown], place: Place) -> Iterator[str]:
    here, elsewhere = ([one for one in shown if one.rating and one.here is at] for at in (True, False))
    reds = [one for one in here if one.rating == "red"]
    others = [one for one in elsewhere if one.rating == "red"]
    if not here and not elsewhere:
        above = place.kind in ABOVE
        yield f"No rating has been released to {place.name} yet." if above else "No element has been rated yet."
        return
    if here and not reds:
        amber = sum(one.rating == "amber" for one in here)
        yield f"No element is red{f'; {NUMBERS[amber].casefold()} {_is(amber)} amber' if amber else ''}."
    if reds:
        yield f"{_elements(len(reds))} red: {'; '.join(one.element.title for one in reds)}."
    if others:
        yield f"{_elements(len(others))} red {_where(place)}: {'; '.join(one.element.title for one in others)}."
    elif elsewhere and not here:
        yield f"No element is red {_where(place)}."
    if missing := len(shown) - len(here) - len(elsewhere):
        yield f"{NUMBERS[missing]} {_is(missing)} not rated."


def of_roles(place: Place) -> str:
    """How many of the named roles are empty."""
    held, organisation = roles_held(place), names_roles_for(place)
    empty, of = sum(one.empty for one in held), f" of {organisation.name}" if organisation != place else ""
    if not empty:
        return f"Somebody holds each of the {len(held)} named roles{of}."
    if empty == len(held):
        return f"All {_number(empty).casefold()} named roles{of} are empty."
    return f"{_number(empty)} of {len(held)} named roles{of} {_is(empty)} empty."


def _number(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def _elements(number: int) -> str:
    return f"{NUMBERS[number]} {'element is' if number == 1 else 'elements are'}"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _where(place: Place) -> str:
    return "at places that released their ratings" if place.kind in ABOVE else f"in parts of {place.name}"


def _state(element: str, heard: Sequence[Heard]) -> tuple[str, bool]:
    """The worst traffic light of an element's topics, and whether the place itself gave it: its own goes first."""
    lights = [one for one in heard if one.of.answers == "traffic_light"]
    own = {rating for one in lights if one.own for rating in _ratings(one, element, [one.own])}
    others = {rating for one in lights for rating in _ratings(one, element, [*one.inside, *one.released])}
    given = own or others
    return next((rating for rating in RATINGS["traffic_light"] if rating in given), ""), bool(own)


def _ratings(heard: Heard, element: str, lines: Iterable[Line]) -> Iterator[str]:
    topics = heard.topics_of(element)
    return (rating for line in lines for topic in topics if (rating := line.ratings[topic.key]))


def _said(heard: Heard, element: str, place: Place) -> Iterator[Said]:
    """What the place agreed on, then what others did, for the topics of one element."""
    topics, of = heard.topics_of(element), heard.of
    if not topics:
        return
    title, href = of.title, address_of(place, "practice", of.key)
    across = address_of(place, "practice", "compare", of.key)
    if heard.own:
        late = f". {review_in_words(heard.own.round)}" if overdue(heard.own.round) else ""
        words = f"agreed on {day(heard.own.round.agreed_at)}{late}"
        yield Said(title, href, words, tuple(_own(of, topics, heard.own)))
    elif heard.ours:
        yield Said(title, href, f"nothing has been agreed yet. It asks about: {_titles(topics)}.")
    if heard.inside:
        words = f"{counted(len(heard.inside), 'part')} of {place.name}, {_when(heard.inside)}"
        yield Said(title, across, words, tuple(_others(of, topics, heard.inside)))
    if heard.released:
        words = f"released to {place.name} by {_of(len(heard.released), heard.could)}, {_when(heard.released)}"
        yield Said(title, across, words, tuple(_others(of, topics, heard.released)))
    elif heard.could:
        yield Said(title, across, f"none of {counted(heard.could, 'place')} below has released it yet.")


def _of(number: int, of: int) -> str:
    return f"{number} of {counted(of, 'place')}"


def _titles(topics: Iterable[Topic]) -> str:
    return listed([topic.title for topic in topics], 6)


def _when(lines: Sequence[Line]) -> str:
    days = sorted(line.round.agreed_at for line in lines if line.round.agreed_at)
    first, last = day(days[0]), day(days[-1])
    return f"agreed on {first}" if first == last else f"agreed from {first} to {last}"


def _own(of: Assessment, topics: Iterable[Topic], line: Line) -> Iterator[Rated]:
    """The topics under each rating, the least far first; what was not rated last."""
    by_rating: dict[str, list[str]] = defaultdict(list)
    for topic in topics:
        by_rating[line.ratings[topic.key] or ""].append(topic.title)
    for rating in (*RATINGS[of.answers], ""):
        if rating in by_rating:
            yield Rated(tag_of(rating) if of.answers == "done" else tag(rating), "; ".join(by_rating[rating]))


def _others(of: Assessment, topics: Iterable[Topic], lines: Sequence[Line]) -> list[Rated]:
    """Of each topic where it was rated how, those that are worst at most places first."""
    ratings, found = RATINGS[of.answers], []
    for topic in topics:
        names = {rating: [one.place.name for one in lines if one.ratings[topic.key] == rating] for rating in ratings}
        given = [rating for rating in ratings if names[rating]]
        if given:
            told = [_at(rating, names[rating], named=rating != ratings[-1]) for rating in given]
            order = (ratings.index(given[0]), -len(names[given[0]]))
            found.append((order, Rated(tag(given[0]), f"{topic.title}: {'; '.join(told)}")))
    return [rated for _, rated in sorted(found, key=lambda one: one[0])]


def _at(rating: str, names: list[str], *, named: bool) -> str:
    where = f" ({listed(names, FEW)})" if named else ""
    return f"{RATING_WORDS[rating].casefold()} at {len(names)}{where}"


def _carriers(element: Element, held: Mapping[str, Held]) -> Iterator[CarriedBy]:
    """Who carries what of an element: as the content says, without the roles that such a place does not need, and then
    those that it needs besides."""
    for carrier in element.carried_by:
        if not carrier.role:
            yield CarriedBy(carrier.who, carrier.part, "", False, carrier.source)
        elif carrier.role in held:
            yield _carried(carrier, held[carrier.role])
    said = {carrier.role for carrier in element.carried_by}
    for key, one in held.items():
        if element.key in one.role.elements and key not in said:
            yield CarriedBy(one.role.title, one.role.about, one.name, one.empty, one.role.source)


def _carried(carrier: Carrier, one: Held) -> CarriedBy:
    who = carrier.who if carrier.who == one.role.title else f"{carrier.who} ({one.role.title.casefold()})"
    return CarriedBy(who, carrier.part, one.name, one.empty, carrier.source)


def links_of_promise(request: HttpRequest, place: Place) -> Iterable[Link]:
    """The People Promise, for whoever sees how the place judges itself."""
    here = standing(person(request), place) if request.user.is_authenticated else None
    if here is not None and cannot_see_promise(here) is None:
        yield Link("People Promise", reverse("promise", args=[place.slug]), order=35)


def planned(user: User, place: Place) -> dict[str, list[Link]]:
    """By element, what the place's plans do for it, each with its state and its page."""
    return {
        element: [
            Link(f"{title_of(one)} ({Action.STATES[one.state].lower()})", reverse("action", args=[place.slug, one.pk]))
            for one in found
        ]
        for element, found in actions_for(user, place).items()
    }
