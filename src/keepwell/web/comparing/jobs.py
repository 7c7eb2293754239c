"""What is made before anybody asks for it?"""

from __future__ import annotations

from keepwell.errors import KeepwellError
from keepwell.reports.peer_choices import PeerQuestion
from keepwell.web.comparing import queries
from keepwell.web.jobs.queue import Telling, finish_with, job
from keepwell.web.places.models import INSIDE, Place


@job("comparing.make_ready")
def make_ready(told: Telling) -> None:
    """The first pages of the published figures, and of each organisation of the site among its own kind."""
    if queries.loaded():
        known = queries.choices()
        wanted = [(PeerQuestion(), ())] + [
            (PeerQuestion(group=own.group), (own.code,))
            for place in Place.objects.exclude(kind__in=INSIDE).exclude(code="")
            if (own := known.of(place.code)) is not None
        ]
        for number, (question, codes) in enumerate(wanted):
            told.progress(number / len(wanted), "Making pages ready")
            try:
                queries.page(question, codes)
            except KeepwellError:
                continue  # the page itself says why it cannot be made
    finish_with(told.job)
