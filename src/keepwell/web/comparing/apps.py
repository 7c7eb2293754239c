"""Are we different from our peers?"""

from __future__ import annotations

from django.apps import AppConfig


class Comparing(AppConfig):
    name = "keepwell.web.comparing"
    label = "comparing"

    def ready(self) -> None:
        """The pages of comparison stand in the menus of those who see figures."""
        from keepwell.web.comparing.presenters import links_of_place, links_of_site  # noqa: PLC0415 (models are there only now)
        from keepwell.web.nhsuk import menus  # noqa: PLC0415 (as above)

        menus.site_menu.append(links_of_site)
        menus.place_menu.append(links_of_place)
