"""How are we doing?"""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class Dashboards(AppConfig):
    name = "keepwell.web.dashboards"
    label = "dashboards"

    def ready(self) -> None:
        """Pages stand in the menus, and are made before they are asked for when records have changed."""
        from keepwell.web.audit.registering import keep_changes_of  # noqa: PLC0415 (models are there only now)
        from keepwell.web.dashboards.models import Target  # noqa: PLC0415 (as above)
        from keepwell.web.dashboards.presenters import links_of_place  # noqa: PLC0415
        from keepwell.web.dashboards.providing import handed_over_size, handed_over_values  # noqa: PLC0415
        from keepwell.web.evidence.sizes import provide_sizes  # noqa: PLC0415
        from keepwell.web.evidence.values import provide  # noqa: PLC0415
        from keepwell.web.nhsuk import menus  # noqa: PLC0415
        from keepwell.web.places.signals import records_changed  # noqa: PLC0415

        menus.place_menu.append(links_of_place)
        provide(handed_over_values)
        provide_sizes(handed_over_size)
        keep_changes_of(Target)
        records_changed.connect(_make_ready, dispatch_uid="dashboards_make_ready")


def _make_ready(sender: Any, place: Any, **more: Any) -> None:
    from keepwell.web.jobs.queue import enqueue  # noqa: PLC0415 (as above)

    enqueue("dashboards.make_ready", by=None, key=f"dashboard-{place.pk}", place=place.pk)
