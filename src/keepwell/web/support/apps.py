"""Whom do we support, with what, and what came of it?"""

from __future__ import annotations

from django.apps import AppConfig


class Support(AppConfig):
    name = "keepwell.web.support"
    label = "support"

    def ready(self) -> None:
        """Changes are kept on record; what was written freely is kept by the programme, for those who run it."""
        from keepwell.web.audit.registering import keep_changes_of  # noqa: PLC0415 (models are there only now)
        from keepwell.web.nhsuk import menus  # noqa: PLC0415 (as above)
        from keepwell.web.support.models import Meeting, Offer, Programme, Selected  # noqa: PLC0415 (as above)
        from keepwell.web.support.presenters import links_of_place  # noqa: PLC0415 (as above)

        menus.place_menu.append(links_of_place)
        keep_changes_of(Programme, but=("title", "chosen_by"))
        keep_changes_of(Selected, but=("why",))
        keep_changes_of(Offer, but=("words",))
        keep_changes_of(Meeting)
