"""How is a target set, and how does it end?"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from keepwell.periods import Month
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import standing
from keepwell.web.dashboards.models import Target
from keepwell.web.dashboards.rules import cannot_end_target, cannot_set_target
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import refuse


@transaction.atomic
def set_target(*, place: Place, measure: str, value: float, by_month: Month, known: int | None, by: User) -> Target:
    """A target in place of the one that was known; `known` is its number, None where there was none.

    Raises NotAllowed where the rules say no, or somebody else has set another since.
    """
    here = standing(by, place)
    refuse(cannot_set_target(here) if here else "This is not yours.", found=place.name)
    Place.objects.select_for_update().get(pk=place.pk)
    now = Target.objects.filter(place=place, measure=measure, ended_at__isnull=True).select_related("set_by").first()
    if (now.pk if now else None) != known:
        refuse(
            f"Somebody else has changed this target since you opened the page: {now.set_by.name}."
            if now
            else "Somebody else has ended this target since you opened the page.",
            found="another target than the one shown to you",
            attempt="look at it, and set yours again if it is still right",
        )
    if now:
        _end(now, by)
    return Target.objects.create(place=place, measure=measure, value=value, by_month=str(by_month), set_by=by)


@transaction.atomic
def end_target(*, target: Target, by: User) -> Target:
    """No target any more; it stays on record."""
    target = Target.objects.select_for_update().select_related("place").get(pk=target.pk)
    here = standing(by, target.place)
    refuse(cannot_end_target(here, target) if here else "This is not yours.", found=str(target.measure))
    return _end(target, by)


def _end(target: Target, by: User) -> Target:
    target.ended_by, target.ended_at = by, timezone.now()
    target.save(update_fields=["ended_by", "ended_at"])
    return target
