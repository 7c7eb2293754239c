"""Which requests for flexible work and retirement were made, and how were they decided?"""

from __future__ import annotations

from django.apps import AppConfig


class Flexible(AppConfig):
    name = "keepwell.web.flexible"
    label = "flexible"

    def ready(self) -> None:
        """Changes are kept on record; a reference, by which somebody could be found, is not: it has to be cleared."""
        from keepwell.web.audit.registering import keep_changes_of  # noqa: PLC0415 (models are there only now)
        from keepwell.web.flexible.models import Figures, Request  # noqa: PLC0415 (as above)
        from keepwell.web.flexible.presenters import links_of_place  # noqa: PLC0415 (as above)
        from keepwell.web.nhsuk import menus  # noqa: PLC0415 (as above)

        menus.place_menu.append(links_of_place)
        keep_changes_of(Request, but=("reference",))
        keep_changes_of(Figures, but=("told",))
