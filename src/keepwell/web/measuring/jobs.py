"""Which figures are made before anybody sets them beside something?"""

from __future__ import annotations

from keepwell.enquiries.people_behind import RATES
from keepwell.web.jobs.queue import Telling, finish_with, job
from keepwell.web.measuring.providing import own_lines, published_lines
from keepwell.web.measuring.sizing import own_size
from keepwell.web.places.models import DIRECTORATE, ICB, TRUST, Place
from keepwell.web.places.queries import inside


@job("measuring.make_ready")
def make_ready(told: Telling, place: int) -> None:
    """The lines of an organisation and of its directorates, after its records have changed."""
    organisation = Place.objects.get(pk=place)
    wanted = [organisation, *inside(organisation).filter(kind=DIRECTORATE)]
    for number, one in enumerate(wanted):
        told.progress(number / len(wanted), "Making figures ready")
        own_lines(one)
        for name in RATES:
            own_size(one, name)
    finish_with(told.job)


@job("measuring.make_published_ready")
def make_published_ready(told: Telling) -> None:
    """The published lines of each board and trust, after what is published has changed."""
    wanted = Place.objects.filter(kind__in=(ICB, TRUST), closed=None)
    for number, one in enumerate(wanted):
        told.progress(number / len(wanted), "Making published figures ready")
        published_lines(one)
    finish_with(told.job)
