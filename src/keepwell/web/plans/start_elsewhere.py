"""What can be taken into a plan from elsewhere: a goal, a gap, a loss point, a number, a case, an offer, a topic?"""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse

from keepwell.content.assessments import Topic
from keepwell.measures import Measure, measures
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import standing
from keepwell.web.assessments import aim_queries, gap_queries, gp_queries, queries
from keepwell.web.assessments.evidence_actions import Beside
from keepwell.web.assessments.gap_rules import cannot_see_support
from keepwell.web.assessments.models import Gap
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.values import PUBLISHED, Asked, Value, values_for
from keepwell.web.library.queries import case_of as library_case
from keepwell.web.library.queries import offer_of as library_offer
from keepwell.web.library.telling import ToldCase
from keepwell.web.nhsuk.words import in_sentence
from keepwell.web.places.models import Place
from keepwell.web.plans import topics
from keepwell.web.plans.contents import CRITERIA
from keepwell.web.plans.models import MEASURE
from keepwell.web.plans.start_parts import Offered, Origin, Part, base_of, starters_of

MOST_TOPICS: Final = 4


def _supported(place: Place, by: User) -> bool:
    """Whether somebody sees what is written of general practice at a place."""
    return cannot_see_support(standing(by, place)) is None


def of_aim(place: Place, by: User, rest: list[str]) -> Origin | None:
    """A goal or a must-do, of the guide or of the place's own."""
    one = aim_queries.followed_by(place, rest[0]) if _supported(place, by) and len(rest) == 1 else None
    if one is None:
        return None
    base: dict[str, Any] = base_of(one.content) if one.content else {"level": one.level}
    stands = f"How far you are: {queries.RATING_WORDS[one.state].lower()}."
    offered = Offered(one.item, one.title, one.text, {**base, "objective": one.title, "what": one.text or one.title})
    part = Part(one.title, tuple(words for words in (one.text, stands) if words), (offered,), base=base)
    return Origin(f"aim:{one.item}", one.title, f"{reverse('aims', args=[place.slug])}#{one.item}", (part,))


def of_gap(place: Place, by: User, rest: list[str]) -> Origin | None:
    """A cell of the support gap audit: what is missing there, and the national offers for it."""
    cell = gap_queries.cell_of(place, *rest) if _supported(place, by) and len(rest) == 2 else None
    if cell is None:
        return None
    whom = in_sentence(cell.stage.title) if cell.stage else "GPs at every stage"
    title = f"Support for {whom}: {in_sentence(cell.level.title)}"
    base = {"level": cell.level.key, "stage": cell.stage.key if cell.stage else ""}
    missing = cell.gap.missing if cell.gap else ""
    own = Offered("gap", "Close this gap", missing, {**base, "objective": title, "what": missing or "Close this gap"})
    offers = [
        Offered(
            one.key,
            f"Make use of: {one.title}",
            one.gives,
            {**base, "objective": title, "what": f"Make use of: {one.title}", "offer": one.key},
        )
        for one in gap_queries.offers_for(cell)
    ]
    says = (f"How much there is: {Gap.WORDS[cell.judged].lower()}." if cell.judged else "Nobody has judged this yet.",)
    part = Part(title, says, (own, *offers), base=base)
    return Origin(f"gap:{rest[0]}:{rest[1]}", title, reverse("gap_cell", args=[place.slug, *rest]), (part,))


def of_loss(place: Place, by: User, rest: list[str]) -> Origin | None:
    """A point of the career at which GPs are lost. How many stays where it is written: it can be very few."""
    spot = gp_queries.spot(*rest) if _supported(place, by) and len(rest) == 2 else None
    if spot is None:
        return None
    title, base = spot.point.title, {"stage": spot.stage.key if spot.stage else ""}
    objective = f"Fewer GPs are lost: {in_sentence(title)}"
    criteria = [{"kind": MEASURE, "words": "", "measure": name} for name in spot.point.known_from[:1]]
    content = {**base, "objective": objective, "what": spot.point.ask, CRITERIA: criteria}
    own = Offered("loss", objective, spot.point.ask, content)
    part = Part(title, (), (own,), base=base)
    href = reverse("write_loss", args=[place.slug, *rest])
    return Origin(f"loss:{rest[0]}:{rest[1]}", title, href, (part,))


def of_measure(place: Place, by: User, rest: list[str]) -> Origin | None:
    """A number: as it is offered to whoever asks, with the topics to which it speaks."""
    known = measures().get(rest[0]) if len(rest) == 1 else None
    if known is None:
        return None
    values = values_for(by, Asked(place, (known.name,)))
    besides = tuple(Beside(Citation.NUMBER, one.label, one.words, one.link, one) for one in values)
    says = tuple(f"{one.label}: {one.words}{f' ({one.period})' if one.period else ''}" for one in values)
    base = {"objective": f"{known.label}: better than now", CRITERIA: [_criterion(known, values)]}
    own = Offered(
        known.name,
        f"{known.label}: find out why, and change it",
        known.question,
        {**base, "what": f"Find out why {in_sentence(known.label)} is as it is, and change it"},
    )
    parts = [Part(known.label, says, (own,), besides=besides, base=base)]
    for topic in _spoken_to(known, place):
        parts.append(Part(topic.title, (topic.statement,), starters_of(topic), besides=besides, base=base_of(topic)))
    return Origin(f"measure:{known.name}", known.label, reverse("measure", args=[known.name]), tuple(parts))


def _criterion(known: Measure, values: list[Value]) -> dict[str, Any]:
    """By what one sees it. A figure that only some may see is not written into a plan unasked."""
    open_to_all = [one.number for one in values if one.policy == PUBLISHED and one.place is not None]
    return {"kind": MEASURE, "words": "", "measure": known.name, "baseline": open_to_all[0] if open_to_all else None}


def _spoken_to(known: Measure, place: Place) -> list[Topic]:
    keys = [key for group in topics.groups_for(place) for key, _ in group.topics]
    found = [about for key in keys if isinstance(about := topics.abouts()[key], Topic) and known.name in about.measures]
    return [topic for topic in found if topic.actions][:MOST_TOPICS]


def of_case(place: Place, by: User, rest: list[str]) -> Origin | None:
    """What somebody else did, as a case tells it."""
    case = library_case(rest[0], place) if len(rest) == 1 else None
    if case is None:
        return None
    base = {
        "topic": next((key for key in case.topics if key in topics.abouts()), ""),
        "promise": next((key for key in case.promise if key in topics.element_titles()), ""),
        "level": case.level if case.level in topics.level_titles() else "",
    }
    own = Offered(case.key, case.title, case.done, {**base, "objective": case.title, "what": case.done})
    says = (f"{case.who}: {case.reported}", case.grade_words)
    part = Part(case.title, says, (own,), besides=(case_beside(case),), base=base)
    return Origin(f"case:{case.key}", case.title, case.address or "", (part,))


def case_beside(case: ToldCase) -> Beside:
    """A case as it stands beside an action."""
    words = f"{case.who}: {case.reported} {case.grade_words}"
    return Beside(Citation.CASE, case.title, words, case.address, key=case.key)


def of_offer(place: Place, by: User, rest: list[str]) -> Origin | None:
    """An offer, national or local, to be made use of."""
    offer = library_offer(rest[0], place) if len(rest) == 1 else None
    if offer is None:
        return None
    base = {"level": offer.level if offer.level in topics.level_titles() else "", "offer": offer.key}
    what = f"Make use of: {offer.title}"
    own = Offered(offer.key, what, offer.gives, {**base, "objective": offer.title, "what": what})
    return Origin(f"offer:{offer.key}", offer.title, offer.address or "", (Part(offer.title, (), (own,), base=base),))


def of_action(place: Place, by: User, rest: list[str]) -> Origin | None:
    """One of the actions that our content offers."""
    of = (about for about in topics.abouts().values() if isinstance(about, Topic))
    found = next(((topic, one) for topic in of for one in starters_of(topic) if [one.key] == rest), None)
    if found is None:
        return None
    topic, one = found
    return Origin(
        f"action:{one.key}", one.title, "", (Part(topic.title, (topic.statement,), (one,), base=base_of(topic)),)
    )


def of_topic(place: Place, by: User, rest: list[str]) -> Origin | None:
    """A topic, a goal or a must-do that nobody need have rated."""
    about = topics.abouts().get(rest[0]) if len(rest) == 1 else None
    if about is None:
        return None
    words = about.statement if isinstance(about, Topic) else about.text
    offered = starters_of(about) if isinstance(about, Topic) else ()
    if not offered:
        offered = (Offered(about.key, about.title, words, {**base_of(about), "objective": about.title, "what": words}),)
    return Origin(f"topic:{about.key}", about.title, "", (Part(about.title, (words,), offered, base=base_of(about)),))
