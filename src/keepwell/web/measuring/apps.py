"""What is this number?"""

from __future__ import annotations

from django.apps import AppConfig


class Measuring(AppConfig):
    name = "keepwell.web.measuring"
    label = "measuring"

    def ready(self) -> None:
        """The list of measures stands in the menus of everybody who is signed in; figures can be cited."""
        from keepwell.web.evidence.values import provide  # noqa: PLC0415 (models are there only now)
        from keepwell.web.measuring.presenters import links_of_place, links_of_site  # noqa: PLC0415 (as above)
        from keepwell.web.measuring.providing import exact_values, published_values  # noqa: PLC0415
        from keepwell.web.nhsuk import menus  # noqa: PLC0415 (as above)

        provide(exact_values)
        provide(published_values)
        menus.site_menu.append(links_of_site)
        menus.place_menu.append(links_of_place)
