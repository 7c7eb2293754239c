"""What is this number?"""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class Measuring(AppConfig):
    name = "keepwell.web.measuring"
    label = "measuring"

    def ready(self) -> None:
        """The list of measures stands in the menus; figures can be cited, and are ready before they are asked for."""
        from keepwell.web.evidence.sizes import provide_sizes  # noqa: PLC0415 (models are there only now)
        from keepwell.web.evidence.values import provide  # noqa: PLC0415 (as above)
        from keepwell.web.measuring.presenters import links_of_place, links_of_site  # noqa: PLC0415 (as above)
        from keepwell.web.measuring.providing import exact_values, published_values  # noqa: PLC0415
        from keepwell.web.measuring.sizing import exact_size, published_size  # noqa: PLC0415
        from keepwell.web.nhsuk import menus  # noqa: PLC0415 (as above)
        from keepwell.web.places.signals import published_changed, records_changed  # noqa: PLC0415

        records_changed.connect(_make_ready, dispatch_uid="measuring_make_ready")
        published_changed.connect(_make_published_ready, dispatch_uid="measuring_make_published_ready")
        provide(exact_values)
        provide(published_values)
        provide_sizes(exact_size)
        provide_sizes(published_size)
        menus.site_menu.append(links_of_site)
        menus.place_menu.append(links_of_place)


def _make_ready(sender: Any, place: Any, **more: Any) -> None:
    from keepwell.web.jobs.queue import enqueue  # noqa: PLC0415 (as above)

    enqueue("measuring.make_ready", by=None, key=f"measuring-{place.pk}", place=place.pk)


def _make_published_ready(sender: Any, **more: Any) -> None:
    from keepwell.web.jobs.queue import enqueue  # noqa: PLC0415 (as above)

    enqueue("measuring.make_published_ready", by=None, key="measuring-published")
