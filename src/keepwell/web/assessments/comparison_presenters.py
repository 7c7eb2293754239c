"""How do the parts of an organisation compare, and the places that released their ratings upward?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from keepwell.content.assessments import RATINGS, Assessment, Topic, assessments
from keepwell.errors import counted
from keepwell.web.assessments import queries
from keepwell.web.assessments.models import Shown
from keepwell.web.assessments.presenters import NOT_RATED, Tag, tag
from keepwell.web.assessments.queries import RATING_WORDS, Line
from keepwell.web.nhsuk.menus import Link
from keepwell.web.nhsuk.words import day, in_sentence
from keepwell.web.places.models import Place

MOST_SIDE_BY_SIDE: Final = 8
"""With more places than this a table would be wider than any page: then each rating is counted."""
NAMED_AT_MOST: Final = 3


@dataclass(frozen=True, slots=True)
class Column:
    """A place of a comparison, and where its ratings are read."""

    name: str
    about: str
    href: str
    counts: str


@dataclass(frozen=True, slots=True)
class Row:
    """An item: what each place agreed on, and how often each rating was given."""

    item: Topic
    tags: tuple[Tag, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Items by places, with a first sentence and those that are not there: ("directorates", names)."""

    answer: str
    columns: tuple[Column, ...]
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    missing: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def side_by_side(self) -> bool:
        return len(self.columns) <= MOST_SIDE_BY_SIDE


def comparison(place: Place, of: Assessment) -> Comparison:
    """The newest agreed ratings of a place and its parts, and of others what these released to it."""
    inside, shown = queries.lines_inside(place, of.key), queries.shown_to(place, of.key)
    lines = [*inside, *queries.lines_of(shown)]
    rated = {line.place.pk for line in lines}
    theirs = list(queries.below(place, of.key).order_by("name"))
    ours = list(queries.inside(place, of.key).exclude(pk=place.pk).order_by("name"))
    sentences = [_how_many(theirs, rated, "released a rating to us"), _how_many(ours, rated, "agreed a rating")]
    return Comparison(
        " ".join([one for one in (*sentences, _most_red(of, lines)) if one]),
        (*(_inside(line) for line in inside), *(_released(place, one, line) for one, line in _paired(shown, lines))),
        (*(RATING_WORDS[rating] for rating in RATINGS[of.answers]), NOT_RATED),
        tuple(_row(of, item, lines) for item in of.items),
        tuple(_missing([*theirs, *ours], rated)),
    )


def _paired(shown: Sequence[Shown], lines: Sequence[Line]) -> list[tuple[Shown, Line]]:
    return list(zip(shown, lines[len(lines) - len(shown) :], strict=True))


def _row(of: Assessment, item: Topic, lines: Sequence[Line]) -> Row:
    found = Counter(line.ratings[item.key] for line in lines)
    tags = tuple(tag(line.ratings[item.key]) for line in lines)
    return Row(item, tags, tuple(found[rating] for rating in (*RATINGS[of.answers], None)))


def _inside(line: Line) -> Column:
    href = reverse("agreed", args=[line.place.slug, line.round.pk])
    return Column(line.place.name, f"agreed {day(line.round.agreed_at)}", href, _counts(line))


def _released(to: Place, shown: Shown, line: Line) -> Column:
    place = line.place
    name = place.name if place.is_controller else f"{place.name}, {place.controller}"
    href = reverse("released_rating", args=[to.slug, shown.pk])
    return Column(name, f"agreed {day(line.round.agreed_at)}", href, _counts(line))


def _counts(line: Line) -> str:
    found = Counter(line.ratings.values())
    of = line.round.content
    return ", ".join(f"{found[one]} {RATING_WORDS[one].lower()}" for one in RATINGS[of.answers] if found[one])


def _by_kind(places: Iterable[Place]) -> dict[str, list[Place]]:
    kinds: dict[str, list[Place]] = {}
    for place in places:
        kinds.setdefault(place.kind_in_words.casefold(), []).append(place)
    return kinds


def _how_many(places: Sequence[Place], rated: set[int], did: str) -> str:
    """ "4 of 6 trusts have released a rating to us." """
    parts = [
        f"{sum(one.pk in rated for one in found)} of {counted(len(found), kind)}"
        for kind, found in _by_kind(places).items()
    ]
    return f"{' and '.join(parts)} {'has' if len(places) == 1 else 'have'} {did}." if parts else ""


def _missing(places: Sequence[Place], rated: set[int]) -> Iterable[tuple[str, tuple[str, ...]]]:
    for kind, found in _by_kind(one for one in places if one.pk not in rated).items():
        yield f"{kind}s", tuple(place.name for place in found)


def _most_red(of: Assessment, lines: Sequence[Line]) -> str:
    """What is least far at most places, where several rated: "Red most often: flexible working (3 of 4)." """
    least = RATINGS[of.answers][0]
    found = [(sum(line.ratings[item.key] == least for line in lines), item) for item in of.items]
    often = sorted((pair for pair in found if pair[0] > 1), key=lambda pair: -pair[0])[:NAMED_AT_MOST]
    if not often:
        return ""
    words = ", ".join(f"{in_sentence(item.title)} ({number} of {len(lines)})" for number, item in often)
    return f"{RATING_WORDS[least]} most often: {words}."


def compared_at(place: Place) -> list[Link]:
    """The comparisons that there are for a place: of its own parts, or of what others release to it."""
    return [
        Link(of.title, reverse("compare_ratings", args=[place.slug, of.key]))
        for of in assessments().values()
        if can_compare(place, of)
    ]


def can_compare(place: Place, of: Assessment) -> bool:
    """Whether there is anything to lay side by side: never for words, nor where nothing lies in the place."""
    if of.answers == "words":
        return False
    inside = queries.inside(place, of.key).exclude(pk=place.pk)
    return inside.exists() or queries.below(place, of.key).exists()
