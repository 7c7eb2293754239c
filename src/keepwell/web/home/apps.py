"""What does somebody see first?"""

from __future__ import annotations

from django.apps import AppConfig


class Home(AppConfig):
    name = "keepwell.web.home"
    label = "home"

    def ready(self) -> None:
        from keepwell.web.home.presenters import places_to_change_to  # noqa: PLC0415 (models are there only now)
        from keepwell.web.home.promise_presenters import links_of_promise  # noqa: PLC0415 (as above)
        from keepwell.web.nhsuk import menus  # noqa: PLC0415 (as above)

        menus.place_switch.append(places_to_change_to)
        menus.place_menu.append(links_of_promise)
