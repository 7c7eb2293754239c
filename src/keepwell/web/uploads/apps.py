"""How do files get in?"""

from __future__ import annotations

from django.apps import AppConfig


class Uploads(AppConfig):
    name = "keepwell.web.uploads"
    label = "uploads"

    def ready(self) -> None:
        """Its pages stand in the menus of those who may open them."""
        from keepwell.web.nhsuk import menus  # noqa: PLC0415 (models are there only now)
        from keepwell.web.uploads.presenters import links_of_place  # noqa: PLC0415 (as above)

        menus.place_menu.append(links_of_place)
