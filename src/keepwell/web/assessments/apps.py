"""How do we judge our own practice?"""

from __future__ import annotations

from django.apps import AppConfig


class Assessments(AppConfig):
    name = "keepwell.web.assessments"
    label = "assessments"

    def ready(self) -> None:
        """Changes are kept on record; what raters say apart is not, nor what anybody wrote freely."""
        from keepwell.web.assessments import gp_presenters  # noqa: PLC0415 (models are there only now)
        from keepwell.web.assessments.models import (  # noqa: PLC0415 (as above)
            Aim,
            Answer,
            Gap,
            Loss,
            RoleHolder,
            Round,
            Scheme,
            Shown,
        )
        from keepwell.web.assessments.presenters import links_of_place  # noqa: PLC0415 (as above)
        from keepwell.web.audit.registering import keep_changes_of  # noqa: PLC0415 (as above)
        from keepwell.web.nhsuk import menus  # noqa: PLC0415 (as above)

        menus.place_menu += [links_of_place, gp_presenters.links_of_place]
        keep_changes_of(Round)
        keep_changes_of(Shown)
        for written_freely in (Answer, Aim, Gap, Loss, RoleHolder, Scheme):
            keep_changes_of(written_freely, but=("note", "missing", "about", "name"))
