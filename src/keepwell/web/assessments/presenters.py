"""How do assessments, ratings and what changed read, and where do they lead?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from keepwell.content.assessments import RATINGS, Assessment, Topic
from keepwell.errors import counted
from keepwell.measures import measures
from keepwell.web.accounts.gate import person
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import standing
from keepwell.web.assessments import queries
from keepwell.web.assessments.models import Answer, Round
from keepwell.web.assessments.queries import RATING_WORDS, Compared, Line
from keepwell.web.assessments.rules import cannot_see, cannot_see_round
from keepwell.web.evidence.values import PUBLISHED, Value
from keepwell.web.nhsuk.menus import Link
from keepwell.web.nhsuk.words import day, in_sentence
from keepwell.web.places.models import Place

KINDS: Final = {
    "red": "bad",
    "amber": "watch",
    "green": "good",
    "not_yet": "none",
    "under_way": "changing",
    "done": "good",
}
"""Which mark and colour a rating has: see the macro `signal`."""
NOT_RATED: Final = "Not rated"
OF_KIND: Final = {"traffic_light": "topic", "done": "check", "words": "prompt"}
ANSWERED_AT: Final = {"done": "assessment_list", "words": "workshop"}
"""Where an assessment is answered that nobody rates apart."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A rating as it is shown: a mark, a colour and always its word."""

    kind: str
    words: str


def tag(rating: str | None) -> Tag:
    return Tag(KINDS[rating], RATING_WORDS[rating]) if rating else Tag("none", NOT_RATED)


def named(topics: Iterable[Topic]) -> str:
    """Topics in a sentence: "flexible working, new starters"."""
    return ", ".join(in_sentence(topic.title) for topic in topics)


def items_of(of: Assessment) -> str:
    """How many items an assessment has, in its own word: "14 topics"."""
    return counted(len(of.items), OF_KIND[of.answers])


# One assessment


def address_of(round: Round) -> str:
    """Where a round goes on, or what was agreed is read."""
    if not round.rated_apart:
        try:
            return reverse(ANSWERED_AT[round.content.answers], args=[round.place.slug, round.pk])
        except NoReverseMatch:
            return reverse("assessment", args=[round.place.slug, round.assessment])
    at = {Round.OPEN: "rate", Round.TALKING: "talk", Round.AGREED: "agreed"}[round.state]
    return reverse(at, args=[round.place.slug, round.pk])


def state_in_words(round: Round | None) -> Tag:
    """How a round stands: the words of a tag."""
    if round is None:
        return Tag("none", "Not begun")
    return Tag({Round.OPEN: "changing", Round.TALKING: "watch", Round.AGREED: "good"}[round.state], state_of(round))


def state_of(round: Round) -> str:
    if round.state == Round.OPEN:
        return "Being rated" if round.rated_apart else "Under way"
    return Round.STATES[round.state]


def review_in_words(round: Round | None) -> str:
    """When a place looks again, or how long ago it should have."""
    if round is None or round.review_on is None:
        return ""
    days = (round.review_on - timezone.localdate()).days
    if days < 0:
        return f"The next review was due on {day(round.review_on)}, {counted(-days, 'day')} ago."
    if days == 0:
        return "The next review is due today."
    return f"The next review is due on {day(round.review_on)}, in {counted(days, 'day')}."


def overdue(round: Round | None) -> bool:
    return round is not None and round.overdue_on(timezone.localdate())


def counts_in_words(of: Assessment, ratings: Mapping[str, str | None]) -> str:
    """How often each rating was given: "3 red, 6 amber, 4 green, 1 not rated"."""
    found = Counter(ratings.get(item.key) for item in of.items)
    parts = [f"{found[rating]} {RATING_WORDS[rating].lower()}" for rating in RATINGS[of.answers] if found[rating]]
    return ", ".join([*parts, f"{found[None]} not rated"] if found[None] else parts)


@dataclass(frozen=True, slots=True)
class Changes:
    """What is further and what is less far than the time before."""

    better: tuple[str, ...]
    worse: tuple[str, ...]
    same: int


def changes(of: Assessment, now: Mapping[str, str | None], before: Mapping[str, str | None]) -> Changes:
    """What changed of the items that were rated both times, each as "Flexible working: red, now amber"."""
    better: list[str] = []
    worse: list[str] = []
    same = 0
    for item in of.items:
        was, is_now = before.get(item.key), now.get(item.key)
        if not (was and is_now):
            continue
        step = queries.in_order(of, is_now) - queries.in_order(of, was)
        if step == 0:
            same += 1
            continue
        words = f"{item.title}: {RATING_WORDS[was].lower()}, now {RATING_WORDS[is_now].lower()}"
        (better if step > 0 else worse).append(words)
    return Changes(tuple(better), tuple(worse), same)


@dataclass(frozen=True, slots=True)
class Past:
    """One agreed round in the history of an assessment; `changes` is None for the first."""

    round: Round
    counts: str
    changes: Changes | None
    href: str


def history(place: Place, of: Assessment) -> list[Past]:
    lines = queries.history(place, of.key)
    earlier: Sequence[Line | None] = [*lines[1:], None] if lines else []
    return [
        Past(
            line.round,
            counts_in_words(of, line.ratings),
            changes(of, line.ratings, before.ratings) if before else None,
            address_of(line.round),
        )
        for line, before in zip(lines, earlier, strict=True)
    ]


# The list of all


@dataclass(frozen=True, slots=True)
class Shown:
    """An assessment in the list of a place: how it stands, and what comes next."""

    of: Assessment
    href: str
    state: Tag
    review: str
    overdue: bool
    under_way: bool
    last: str


def listed(user: User, place: Place) -> list[Shown]:
    """What can be judged at a place, what is overdue first, then what is under way."""
    found = [_shown(user, place, of) for of in queries.offered_to(place)]
    return sorted(found, key=lambda one: (not one.overdue, not one.under_way))


def _shown(user: User, place: Place, of: Assessment) -> Shown:
    open_now, agreed = queries.under_way(place, of.key), queries.newest_agreed(place, of.key)
    hidden = open_now is not None and cannot_see_round(user, open_now) is not None
    state = Tag("changing", "Under way") if hidden else state_in_words(open_now or agreed)
    last = f"Agreed last on {day(agreed.agreed_at)} by {agreed.agreed_by.name}." if agreed and agreed.agreed_by else ""
    late = overdue(agreed) and open_now is None
    href = reverse("assessment", args=[place.slug, of.key])
    return Shown(of, href, state, "" if open_now else review_in_words(agreed), late, open_now is not None, last)


def list_in_words(place: Place, found: Sequence[Shown]) -> str:
    """The first sentence of the list: what is overdue, else what is under way, else with what to begin."""
    late, under_way = [one for one in found if one.overdue], [one for one in found if one.under_way]
    if late:
        return f"Overdue: {_titles(late)}. {late[0].review if len(late) == 1 else ''}".strip()
    if under_way:
        return f"Under way: {_titles(under_way)}."
    if any(one.last for one in found):
        return "Nothing is under way, and nothing is overdue."
    if not found:
        return f"{place.name} reads here what others released to it."
    first = found[0].of
    return f"Nothing has been judged here yet. Begin with the {in_sentence(first.title)}: {items_of(first)}, about {first.minutes} minutes."


def _titles(found: Iterable[Shown]) -> str:
    return ", ".join(one.of.title for one in found)


# What was agreed


@dataclass(frozen=True, slots=True)
class Result:
    """An item of an agreed round: its rating, the one before, what was noted, and whether the numbers say the same."""

    item: Topic
    tag: Tag
    before: str
    note: str
    agrees: str


def results(line: Line, before: Line | None, notes: Mapping[str, str], agrees: Mapping[str, str]) -> list[Result]:
    """Every item, the least far first, those not rated last."""
    of = line.round.content
    found = sorted(
        of.items, key=lambda item: (line.ratings[item.key] is None, queries.in_order(of, line.ratings[item.key] or ""))
    )
    return [
        Result(
            item,
            tag(line.ratings[item.key]),
            _before(line.ratings[item.key], before.ratings[item.key] if before else None),
            notes.get(item.key, ""),
            agrees.get(item.key, ""),
        )
        for item in found
    ]


def _before(now: str | None, was: str | None) -> str:
    if was is None:
        return ""
    words = RATING_WORDS[was].lower()
    return f"{words.capitalize()} the time before too" if was == now else f"The time before: {words}"


def data_agree(values: Iterable[Value]) -> str:
    """Which number of ours is worse than the nation's, in words; empty where none can be compared.

    Two are compared only where they are of the same measure, definition and period, and the measure says which way is
    better: else nothing is claimed.
    """
    found = [value for value in values if value.number is not None and _better(value) in ("lower", "higher")]
    nation = {_made_alike(value): value for value in found if value.place is None and value.policy == PUBLISHED}
    for ours in (value for value in found if value.place is not None):
        theirs = nation.get(_made_alike(ours))
        if theirs is not None and _worse(ours, theirs):
            return f"{ours.label} {ours.words}, the nation {theirs.words} ({ours.period})."
    return ""


def _made_alike(value: Value) -> tuple[str, str, str]:
    return _measure(value), value.definition, value.period


def _measure(value: Value) -> str:
    """The name of the measure: with it the key of a value begins."""
    return value.key.partition(",")[0]


def _better(value: Value) -> str:
    known = measures().get(_measure(value))
    return known.better if known else ""


def _worse(ours: Value, theirs: Value) -> bool:
    """Whether ours is on the worse side, and reads otherwise: what looks the same on the page is no difference."""
    if ours.number is None or theirs.number is None or ours.words == theirs.words:
        return False
    return ours.number > theirs.number if _better(ours) == "lower" else ours.number < theirs.number


def agreed_in_words(line: Line, before: Line | None, agrees: Iterable[str] = ()) -> str:
    """The first sentence of what was agreed: what is red twice, and where the numbers say the same.

    `agrees` are the items of which a number that can be compared is worse than elsewhere.
    """
    of = line.round.content
    if of.answers != "traffic_light":
        return f"{counts_in_words(of, line.ratings).capitalize()}."
    agree = set(agrees)
    red = [item for item in of.items if line.ratings[item.key] == "red"]
    twice = [item for item in red if before and before.ratings.get(item.key) == "red"]
    now = [item for item in red if item not in twice]
    this_time = "Red for the first time" if before else "Red"
    sentences = []
    for words, items in (("Red twice", twice), (this_time, now)):
        bears_out = [item for item in items if item.key in agree]
        others = [item for item in items if item.key not in agree]
        sentences += [f"{words}, and the data agree: {named(bears_out)}."] if bears_out else []
        sentences += [f"{words}: {named(others)}."] if others else []
    return " ".join(sentences) if sentences else _nothing_red(line)


def _nothing_red(line: Line) -> str:
    of = line.round.content
    amber = [item for item in of.items if line.ratings[item.key] == "amber"]
    rated = [item for item in of.items if line.ratings[item.key]]
    if amber:
        return f"Nothing is red. Amber: {named(amber)}."
    return f"All {counted(len(rated), 'topic')} that were rated are green." if rated else "No topic has been rated."


# While it goes on


def differences_in_words(found: Sequence[Compared]) -> str:
    """How far apart the raters are: "You differ on 5 of 14, most on flexible working." """
    raters = {rating.rater_id for one in found for rating in one.ratings}
    if len(raters) < 2:
        return "One person has rated: there is nobody yet to differ from."
    apart, furthest = [one for one in found if one.apart], [one.item for one in found if one.furthest]
    if not apart:
        return "You are of one mind on everything that more than one of you rated."
    most = f", most on {named(furthest)}" if furthest else ""
    return f"You differ on {len(apart)} of {counted(len(found), 'topic')}{most}."


def answer_in_words(answer: Answer) -> str:
    """What was written down together, in one line."""
    parts = (RATING_WORDS.get(answer.rating, ""), answer.note)
    return ". ".join(part.rstrip(".") for part in parts if part) + "."


def no_values(topic: Topic, *, may_load: bool) -> str:
    """Why no number stands beside a topic, and what to do about it."""
    if not (topic.measures or topic.reasons):
        return "No number of ours speaks to this: what people say, and what was decided and done, is the evidence here."
    if may_load:
        return "No figures of this are here yet. They come with the staff records: bring data in."
    return (
        "No figures of this are here for you yet. Whoever loads the staff records can bring them in, or release them."
    )


def neighbours(round: Round, topic: Topic) -> tuple[Link | None, Link | None]:
    """The item before and the item after."""
    items = round.content.items
    at = items.index(topic)
    before, after = items[at - 1] if at else None, items[at + 1] if at + 1 < len(items) else None
    return _link_to(round, before), _link_to(round, after)


def _link_to(round: Round, topic: Topic | None) -> Link | None:
    if topic is None:
        return None
    return Link(topic.title, reverse("topic", args=[round.place.slug, round.pk, topic.key]))


# Menus


def links_of_place(request: HttpRequest, place: Place) -> Iterable[Link]:
    """How the place judges itself, for whoever may see that."""
    here = standing(person(request), place) if request.user.is_authenticated else None
    if cannot_see(here) is None:
        yield Link("Our practice", reverse("practice", args=[place.slug]), order=30)
