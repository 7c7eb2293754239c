"""Who may write down and see requests, what may stand in one, and why not?"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Final

from django.utils import timezone

from keepwell.content.flexible_requests import FlowStep
from keepwell.web.accounts.abilities import DECIDE_REQUESTS, SEE_FIGURES
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import cannot, grants_of, standing
from keepwell.web.flexible.models import ON_APPEAL, STAFF_GROUPS, STAFF_GROUPS_OF_PRACTICES, Request, asked_for
from keepwell.web.places.models import NETWORK, PRACTICE, Place

NOT_YOURS: Final = "This is not yours to see."
ONLY_THERE: Final = "Single requests are seen only by those who decide on them at {name} itself. You see figures."
MISTAKEN: Final = "This was entered by mistake, and does not change any more."
CLEARED: Final = "Its reference was cleared, and it does not change any more."
NO_NAME: Final = "Nothing here may say who asked: "
CLEARED_AFTER: Final = 365
"""Days from the last answer, or from the day something began, after which a reference is to be cleared: the law lets
somebody ask twice in twelve months, and until then it must be known who asked."""
DECIDES: Final = "decide"
"""The step of the flow by which the answer is due."""
_WORD: Final = re.compile(r"[A-Za-z]{4,}")
_LONG_NUMBER: Final = re.compile(r"\d[\d ]{4,}\d")
_INSURANCE: Final = re.compile(r"\b[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]\b", re.IGNORECASE)
_PIN: Final = re.compile(r"\b\d\d[A-L]\d{4}[A-Z]\b", re.IGNORECASE)
_DAY: Final = re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b")
_PLAIN: Final = re.compile(r"[A-Za-z0-9 /.-]+")


def cannot_see_requests(user: User, place: Place) -> str | None:
    """Why somebody does not see single requests of a place; None if they do: who decides on them there, nobody above."""
    if reason := cannot(user, DECIDE_REQUESTS, place):
        return reason
    here = any(g.place_id == place.pk and DECIDE_REQUESTS in g.role.abilities for g in grants_of(user))
    return None if here else ONLY_THERE.format(name=place.name)


def cannot_see_figures(user: User, place: Place) -> str | None:
    """Why somebody does not see the figures of an organisation; None if they do: no single request is in them."""
    here = standing(user, place)
    return None if here is not None and here.abilities & {SEE_FIGURES, DECIDE_REQUESTS} else NOT_YOURS


def cannot_add(by: User, place: Place) -> str | None:
    """Why somebody cannot write down a request at a place; None if they can."""
    if reason := cannot_see_requests(by, place):
        return reason
    return f"{place.name} has closed." if place.closed else None


def cannot_change(by: User, request: Request) -> str | None:
    """Why somebody cannot change a request; None if they can."""
    if reason := cannot_see_requests(by, request.place):
        return reason
    if request.mistaken_at is not None:
        return MISTAKEN
    return CLEARED if request.cleared_at is not None else None


def cannot_appeal(by: User, request: Request) -> str | None:
    """Why no appeal can be written down; None if it can: something was refused, or agreed only in part."""
    if reason := cannot_change(by, request):
        return reason
    if request.decided_on is None:
        return "There is no decision yet that somebody could appeal against."
    if request.outcome == "withdrawn":
        return "This was taken back by whoever asked."
    return "This was agreed as asked." if request.outcome == "agreed" else None


def cannot_refer_by(reference: str, place: Place, but: Request | None = None) -> str | None:
    """Why a text cannot stand for a request; None if it can: a short one of your own that says nobody's name or number."""
    text = " ".join(reference.split())
    if not text:
        return "Give it a reference, such as R-2026-014."
    if len(text) > 20:
        return "A reference has 20 characters or fewer."
    if reason := _says_who(text):
        return f"{NO_NAME}{reason}"
    others = Request.objects.filter(place=place, reference__iexact=text, mistaken_at__isnull=True)
    if but is not None:
        others = others.exclude(pk=but.pk)
    return "Another request here has this reference." if others.exists() else None


def _says_who(text: str) -> str | None:
    if "@" in text:
        return "this looks like an e-mail address."
    if _INSURANCE.search(text) or _PIN.search(text) or _LONG_NUMBER.search(text):
        return "this looks like a number of a person (staff, NHS, insurance or registration)."
    if _DAY.search(text):
        return "this looks like a day, perhaps of birth."
    if not _PLAIN.fullmatch(text):
        return "use letters, digits, spaces, and / . - only."
    if _WORD.search(text) or not any(sign.isdigit() for sign in text):
        return "this looks like a name. Use a few letters and a number, such as R-2026-014."
    return None


def cannot_be_of(staff_group: str, place: Place) -> str | None:
    """Why a staff group is none of a place; None if it is."""
    return None if staff_group in staff_groups_of(place) else "Choose one of the staff groups shown."


def staff_groups_of(place: Place) -> tuple[str, ...]:
    """The staff groups that a place has: those of general practice, or those of the staff record."""
    controller = place.controller or place
    return STAFF_GROUPS_OF_PRACTICES if controller.kind in (PRACTICE, NETWORK) else STAFF_GROUPS


def cannot_ask_for(kind: str, asked: list[str]) -> str | None:
    """Why these are no things to ask for; None if they are."""
    if not asked:
        return "Say what was asked for."
    return None if set(asked) <= set(asked_for(kind)) else "Choose from what is shown."


def cannot_be_days(request: Request) -> str | None:
    """Why the days of a request cannot be; None if they can."""
    today = timezone.localdate()
    past = (request.asked_on, request.decided_on, request.appealed_on, request.appeal_decided_on)
    if any(day is not None and day > today for day in past):
        return "A day that is still to come cannot have been: only the beginning of what was agreed can lie ahead."
    if request.decided_on is not None and request.decided_on < request.asked_on:
        return "It would be decided before it was asked."
    if request.longer_until is not None and request.longer_until < request.asked_on:
        return "What both agreed on would end before it was asked."
    if request.appealed_on is not None and request.decided_on is not None and request.appealed_on < request.decided_on:
        return "The appeal would come before the decision."
    if request.appeal_decided_on is not None and (
        request.appealed_on is None or request.appeal_decided_on < request.appealed_on
    ):
        return "The appeal would be answered before it was made."
    if request.began_on is not None and request.began_on < request.asked_on:
        return "It would begin before it was asked."
    return None


def cannot_come_to(request: Request, outcome: str, reason: str) -> str | None:
    """Why a request cannot be decided so; None if it can. By law flexible working is refused for eight reasons only."""
    keys = {one.key for one in request.flow.outcomes} - {ON_APPEAL}
    if outcome not in keys:
        return "Choose one of the outcomes shown."
    known = {one.key for one in request.flow.reasons}
    if outcome == "refused" and known and reason not in known:
        return "By law a request for flexible working is refused only for one of the reasons shown: choose it."
    if reason and (outcome != "refused" or reason not in known):
        return "A reason belongs to a refusal."
    return None


def due_on(request: Request) -> dt.date:
    """The day by which an answer is due: what both agreed on, what the law sets, or else what we suggest."""
    step = next(step for step in request.flow.steps if step.key == DECIDES)
    return request.longer_until or day_of(request.asked_on, step)


def day_of(asked_on: dt.date, step: FlowStep) -> dt.date:
    """By when a step is due: by law where it has months, else so many days after the request as we suggest."""
    return months_after(asked_on, step.months) if step.months else asked_on + dt.timedelta(days=step.days)


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last of that month where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + year, month + 1)[1]
    return dt.date(day.year + year, month + 1, min(day.day, last))


def is_overdue(request: Request, today: dt.date) -> bool:
    """Whether an answer is waited for beyond the day on which it was due."""
    return request.open and today > due_on(request)


def can_be_cleared(request: Request, today: dt.date) -> bool:
    """Whether the time is over for which a reference is kept."""
    last = max((day for day in (request.answered_on, request.began_on) if day is not None), default=None)
    ended = request.answered_on is not None or request.mistaken_at is not None
    if not request.reference or not ended:
        return False
    if request.mistaken_at is not None:
        return True
    return last is not None and (today - last).days >= CLEARED_AFTER
