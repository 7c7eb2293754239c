"""Are we different from our peers?"""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class Comparing(AppConfig):
    name = "keepwell.web.comparing"
    label = "comparing"

    def ready(self) -> None:
        """Its pages stand in the menus of those who see figures, and are made before they are asked for."""
        from keepwell.web.comparing.presenters import links_of_place, links_of_site  # noqa: PLC0415 (models are there only now)
        from keepwell.web.nhsuk import menus  # noqa: PLC0415 (as above)
        from keepwell.web.places.signals import published_changed  # noqa: PLC0415

        menus.site_menu.append(links_of_site)
        menus.place_menu.append(links_of_place)
        published_changed.connect(_make_ready, dispatch_uid="comparing_make_ready")


def _make_ready(sender: Any, **more: Any) -> None:
    from keepwell.web.jobs.queue import enqueue  # noqa: PLC0415 (as above)

    enqueue("comparing.make_ready", by=None, key="comparing")
