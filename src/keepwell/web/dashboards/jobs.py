"""What is made before anybody asks for it?"""

from __future__ import annotations

from keepwell.errors import KeepwellError
from keepwell.web.dashboards import queries
from keepwell.web.dashboards.presenters import FIRST, shown_page
from keepwell.web.jobs.queue import Telling, finish_with, job
from keepwell.web.places.models import DIRECTORATE, Place
from keepwell.web.places.queries import inside, workspace_of


@job("dashboards.make_ready")
def make_ready(told: Telling, place: int) -> None:
    """The first pages of an organisation and its directorates, after its records have changed."""
    organisation = Place.objects.get(pk=place)
    source = queries.source_of(workspace_of(organisation))
    if source is not None:
        wanted = [organisation, *inside(organisation).filter(kind=DIRECTORATE)]
        for number, one in enumerate(wanted):
            told.progress(number / len(wanted), "Making pages ready")
            try:
                queries.options(one, source)
                shown_page(queries.Asked(one, source, (), FIRST))
            except KeepwellError:
                continue  # the page itself says why it cannot be made
    finish_with(told.job)
