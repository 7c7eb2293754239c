"""Who may judge, agree, see and release, and why not?"""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.utils import timezone

from keepwell.content.assessments import RATINGS, Assessment
from keepwell.web.accounts.abilities import LEAD_ASSESSMENTS, RATE, RELEASE, SEE_FIGURES
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import Standing, cannot, standing
from keepwell.web.assessments.models import Round, Shown
from keepwell.web.evidence.models import Citation
from keepwell.web.places.models import Place

NOT_YOURS: Final = "This is not yours to see."
LONGEST_WAIT: Final = dt.timedelta(days=3 * 366)
"""A review later than this is most likely a slip of the pen."""


def cannot_see(here: Standing | None) -> str | None:
    """Why somebody cannot see how a place judges itself; None if they can.

    What was agreed is seen by whoever has a role there; a role on the whole site is none.
    """
    if here is None:
        return NOT_YOURS
    if here.abilities & {SEE_FIGURES, RATE, LEAD_ASSESSMENTS}:
        return None
    return f"Your role here ({here.in_words}) does not see how the place judges itself."


def cannot_see_round(user: User, round: Round) -> str | None:
    """Why somebody cannot see a round; None if they can. Before it is agreed only those see it who take part."""
    if reason := cannot_see(standing(user, round.place)):
        return reason
    return cannot(user, RATE, round.place) if round.unfinished else None


def cannot_start(by: User, place: Place, of: Assessment) -> str | None:
    """Why somebody cannot start a round of an assessment at a place; None if they can."""
    if reason := cannot(by, LEAD_ASSESSMENTS, place):
        return reason
    if place.kind not in of.places:
        return f"{of.title} is not made for a {place.kind_in_words.casefold()}."
    if place.closed:
        return f"{place.name} has closed."
    if Round.objects.filter(place=place, assessment=of.key).exclude(state=Round.AGREED).exists():
        return "One is under way here already: go on with that."
    return None


def cannot_drop(by: User, round: Round) -> str | None:
    """Why somebody cannot drop a round that was begun by mistake; None if they can: nobody else has said a word in it."""
    if not round.unfinished:
        return "What was agreed stays."
    if reason := cannot(by, LEAD_ASSESSMENTS, round.place):
        return reason
    others = round.ratings.exclude(rater=by).exists()
    written = round.answers.exists() or round.notes.exists()
    cited = Citation.objects.filter(subject__startswith=f"assessments.round/{round.pk}/").exists()
    return "Something has been written in it already: go on with it." if others or written or cited else None


def cannot_rate(by: User, round: Round) -> str | None:
    """Why somebody cannot say, apart from the others, how good something is; None if they can."""
    if not round.rated_apart:
        return "This is answered together."
    if round.state != Round.OPEN:
        return "The ratings have been laid open: what counts now is what you agree on."
    return cannot(by, RATE, round.place)


def cannot_lay_open(by: User, round: Round) -> str | None:
    """Why somebody cannot show each rater what the others said; None if they can."""
    if not round.rated_apart:
        return "This is answered together: there is nothing to lay open."
    if round.state != Round.OPEN:
        return "The ratings have been laid open already."
    if reason := cannot(by, LEAD_ASSESSMENTS, round.place):
        return reason
    return None if round.ratings.exists() else "Nobody has rated anything yet."


def cannot_answer(by: User, round: Round) -> str | None:
    """Why somebody cannot write down what the place says together; None if they can."""
    if not round.unfinished:
        return "This has been agreed, and does not change any more. Start a new round."
    if round.rated_apart and round.state == Round.OPEN:
        return "Everybody rates apart first; then the ratings are laid open, and you agree."
    return cannot(by, LEAD_ASSESSMENTS if round.rated_apart else RATE, round.place)


def cannot_note(by: User, round: Round) -> str | None:
    """Why somebody cannot note something beside an item; None if they can."""
    if not round.unfinished:
        return "This has been agreed, and does not change any more. Start a new round."
    return cannot(by, RATE, round.place)


def cannot_give(rating: str, of: Assessment) -> str | None:
    """Why a rating is none of this assessment's; None if it is one."""
    return None if rating in RATINGS[of.answers] else f"A rating here is one of: {', '.join(RATINGS[of.answers])}."


def cannot_agree(by: User, round: Round) -> str | None:
    """Why somebody cannot close a round as agreed; None if they can."""
    if not round.unfinished:
        return "This has been agreed already."
    if round.rated_apart and round.state == Round.OPEN:
        return "Lay the ratings open first, so that everybody sees where you differ."
    if reason := cannot(by, LEAD_ASSESSMENTS, round.place):
        return reason
    return None if round.answers.exists() else "Nothing has been written down yet."


def cannot_review_on(day: dt.date) -> str | None:
    """Why a day is none on which a place can look again; None if it is one."""
    today = timezone.localdate()
    if day <= today:
        return "The next review lies in the future."
    return "The next review is at most three years away." if day > today + LONGEST_WAIT else None


def cannot_see_raters(user: User, round: Round) -> str | None:
    """Why somebody cannot see who said what; None if they can: whoever takes part, once the ratings are laid open."""
    if not round.rated_apart:
        return "This is answered together: nobody rates apart."
    if round.state == Round.OPEN:
        return "While the round is open, everybody sees only their own ratings."
    return cannot(user, RATE, round.place)


def cannot_release(by: User, round: Round, to: Place) -> str | None:
    """Why somebody cannot release to a place above what was agreed; None if they can."""
    if reason := cannot(by, RELEASE, round.place):
        return reason
    if round.unfinished:
        return "Only what has been agreed is released: nobody above sees a draft."
    if round.content.answers == "words":
        return "What was written in words stays with those who wrote it."
    if not (to.is_controller and to.pk != round.place.controller_id and round.place.lies_in(to)):
        return f"{round.place.name} does not lie in {to.name}: ratings are released upward."
    if to.closed:
        return f"{to.name} has closed."
    if Shown.objects.filter(round=round, to=to, withdrawn_at__isnull=True).exists():
        return f"{to.name} sees this already."
    return None


def cannot_withdraw(by: User, shown: Shown) -> str | None:
    """Why somebody cannot withdraw what was released; None if they can."""
    if shown.withdrawn_at is not None:
        return "This was withdrawn already."
    return cannot(by, RELEASE, shown.round.place)
