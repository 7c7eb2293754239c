"""Who may do what here, and what has been done?"""

from __future__ import annotations

from django.apps import AppConfig


class Administration(AppConfig):
    name = "keepwell.web.administration"
    label = "administration"

    def ready(self) -> None:
        """Its pages stand in the menus of those who may see them."""
        from keepwell.web.administration.presenters import links_of_place, links_of_site  # noqa: PLC0415 (models are there only now)
        from keepwell.web.nhsuk import menus  # noqa: PLC0415 (as above)

        menus.place_menu.append(links_of_place)
        menus.site_menu.append(links_of_site)
