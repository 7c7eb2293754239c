"""How does it read where the plans of all below do not add up?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from keepwell.errors import listed
from keepwell.web.accounts.models import User
from keepwell.web.alignment.gap_queries import Paying, Red, Twice, Wanted, has_aims, must_dos_of
from keepwell.web.alignment.models import Reply
from keepwell.web.alignment.queries import OWN_AIM
from keepwell.web.alignment.rules import is_told_of, supports
from keepwell.web.assessments.aim_presenters import kind_in_words
from keepwell.web.assessments.aim_queries import Followed
from keepwell.web.assessments.gap_rules import GP_PLACES
from keepwell.web.places.models import Place
from keepwell.web.plans import topics
from keepwell.web.plans.models import Action
from keepwell.web.plans.presenters import pounds, title_of
from keepwell.web.plans.rules import cannot_start

NUMBERS: Final = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
NAMED_AT_MOST: Final = 6


@dataclass(frozen=True, slots=True)
class Gaps:
    """Everything that does not add up at a place."""

    without: Sequence[Followed]
    reds: Sequence[Red]
    wanted: Sequence[Wanted]
    twice: Sequence[Twice]

    @property
    def unanswered(self) -> list[Wanted]:
        return [one for one in self.wanted if not one.answered]

    @property
    def not_now(self) -> list[Wanted]:
        return [one for one in self.wanted if one.answered and not one.supported]

    @property
    def supported(self) -> list[Wanted]:
        return [one for one in self.wanted if one.supported]


@dataclass(frozen=True, slots=True)
class Asks:
    """What an action below wants from above, and what was answered."""

    pk: int
    title: str
    href: str
    place: str
    wants: str
    answers: tuple[Answered, ...]
    reply_href: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What a place above answered: its mark and word, by which action of its own, and its words."""

    place: str
    kind: str
    state: str
    by_action: str
    words: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Doubly:
    """A scheme that may be paid twice, and each that pays for it: who, how much, and where that is written."""

    name: str
    money: str
    paying: tuple[tuple[str, str, str], ...]


def a_few(number: int, one: str, many: str) -> str:
    """ "Two must-dos", "14 must-dos", "One must-do" """
    return f"{NUMBERS[number] if number < len(NUMBERS) else f'{number:,}'} {one if number == 1 else many}"


def have(number: int) -> str:
    return "has" if number == 1 else "have"


def gaps_in_words(place: Place, gaps: Gaps) -> str:
    """The first sentence: what has no action, what waits for an answer, and what may be paid twice."""
    return " ".join([*must_dos_in_words(place, gaps.without), *_rest_in_words(gaps)])


def must_dos_in_words(place: Place, without: Sequence[Followed]) -> list[str]:
    """ "Two must-dos have no action anywhere."; nothing where there are none for such a place."""
    if not has_aims(place):
        return []
    number = len(must_dos_of(without))
    if not number:
        return ["Every must-do has an action somewhere, or is done."]
    return [f"{a_few(number, 'must-do', 'must-dos')} {have(number)} no action anywhere."]


def reds_in_words(reds: Sequence[Red]) -> str:
    if not reds:
        return "No topic that was rated red is without an action."
    return f"{a_few(len(reds), 'topic', 'topics')} rated red {have(len(reds))} no action."


def _rest_in_words(gaps: Gaps) -> list[str]:
    found = [reds_in_words(gaps.reds)]
    waiting = len(gaps.unanswered)
    if waiting:
        found.append(
            f"{a_few(waiting, 'wish', 'wishes')} from below {'waits' if waiting == 1 else 'wait'} for an answer."
        )
    if gaps.twice:
        found.append(f"{a_few(len(gaps.twice), 'scheme', 'schemes')} may be paid for twice.")
    return found


def asks_of(wanted: Sequence[Wanted], place: Place) -> list[Asks]:
    return [
        Asks(
            pk=one.action.pk,
            title=title_of(one.action),
            href=reverse("action", args=[one.action.plan.place.slug, one.action.pk]),
            place=one.action.plan.place.name,
            wants=one.action.seeks_above.strip(),
            answers=tuple(answered(reply) for reply in one.replies),
            reply_href=reverse("reply_to_action", args=[place.slug, one.action.pk]),
        )
        for one in wanted
    ]


def answered(reply: Reply) -> Answered:
    """An answer as those below read it: the action above is named as long as it is no draft and not taken out."""
    above = reply.action_above
    told = title_of(above) if above is not None and is_told_of(reply) else ""
    if reply.state == Reply.SUPPORTED and not told:
        told = "an action that has been taken out since"
    return Answered(reply.place.name, _mark(reply), state_in_words(reply), told, reply.words)


def state_in_words(reply: Reply) -> str:
    """ "Supported", "Not now", or that it is supported no longer: the action above was stopped or taken out since."""
    if reply.state == Reply.SUPPORTED and not supports(reply):
        return "No longer supported"
    return str(Reply.STATES[reply.state])


def _mark(reply: Reply) -> str:
    return "good" if supports(reply) else "watch"


def now_in_words(reply: Reply) -> str:
    """An answer in a line."""
    told = answered(reply)
    by = f" by “{told.by_action}”" if told.by_action else ""
    return f"{told.state}{by}{': “' + told.words + '”' if told.words else ''}"


def doubly_of(twice: Sequence[Twice], offers: Mapping[str, str]) -> list[Doubly]:
    """Each scheme with who pays, `offers` being the titles of offers by key."""
    return [
        Doubly(
            name=offers.get(one.offer, one.paying[0].title),
            money=pounds(one.money),
            paying=tuple((paying.name, pounds(paying.money), _where(paying)) for paying in one.paying),
        )
        for one in twice
    ]


def _where(paying: Paying) -> str:
    if paying.action is None:
        return reverse("gap_audit", args=[paying.slug])
    return reverse("action", args=[paying.slug, paying.action])


def names_of(places: Sequence[Place]) -> str:
    """A few names, and how many more."""
    names = [one.name for one in places[:NAMED_AT_MOST]]
    more = len(places) - len(names)
    return listed([*names, f"{more:,} more"]) if more else listed(names)


@dataclass(frozen=True, slots=True)
class AimRow:
    """A must-do or a goal without an action: what it is, of which level, and where an action for it is begun."""

    kind: str
    title: str
    level: str
    begin_href: str


def aim_rows(without: Sequence[Followed], place: Place, by: User) -> list[AimRow]:
    """Each must-do and goal without an action, with the way to begin one for whoever may plan at the place."""
    levels = topics.level_titles()
    begins = place.kind in GP_PLACES and cannot_start(by, place) is None
    start = reverse("start_plan", args=[place.slug])
    return [
        AimRow(
            kind_in_words(one),
            one.title,
            levels.get(one.level, ""),
            f"{start}?{urlencode({'from': f'{OWN_AIM}{one.item}'})}" if begins else "",
        )
        for one in without
    ]


def own_action_choices(actions: Sequence[Action]) -> list[tuple[str, str]]:
    return [(str(action.pk), title_of(action)) for action in actions]
