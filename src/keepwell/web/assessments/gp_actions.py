"""How does a place say how many GPs it lost at a point of the career, or that nobody knows?"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.assessments.actions import QUICKER, Quicker
from keepwell.web.assessments.gap_rules import cannot_write_support
from keepwell.web.assessments.gp_queries import Spot
from keepwell.web.assessments.gp_rules import cannot_have_lost
from keepwell.web.assessments.models import Loss
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import refuse


@dataclass(frozen=True, slots=True)
class Lost:
    """How many were lost, of how many, in which time. Without a number it is not known."""

    number: int | None = None
    of: int | None = None
    period: str = ""
    note: str = ""


@transaction.atomic
def write_loss(*, place: Place, spot: Spot, lost: Lost, known: int | None, by: User) -> Loss:
    """Write down how many were lost there, or that nobody knows. `known` is the version shown, None where none was.

    Raises NotAllowed where the rules say no, Quicker where somebody else has written since.
    """
    place = Place.objects.select_for_update(of=("self",)).select_related("controller").get(pk=place.pk)
    refuse(cannot_write_support(by, place), found=spot.point.title)
    refuse(cannot_have_lost(lost.number, lost.of, lost.period), found="the numbers", attempt="look at them again")
    now = Loss.objects.filter(place=place, point=spot.key).select_related("changed_by").first()
    if (now.version if now else None) != known:
        raise Quicker(
            QUICKER.format(name=now.changed_by.name) if now else "What you were shown is not there any more.",
            found="another text than the one that was shown to you",
            attempt="read what stands there now, and send yours again if it is still right",
        )
    written = now or Loss(place=place, point=spot.key, version=0)
    written.known, written.number, written.of = lost.number is not None, lost.number, lost.of
    written.period, written.note = lost.period.strip(), lost.note.strip()
    written.version, written.changed_by, written.changed_at = written.version + 1, by, timezone.now()
    written.save()
    return written
