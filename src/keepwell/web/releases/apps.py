"""What organisations have released."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class Releases(AppConfig):
    name = "keepwell.web.releases"
    label = "releases"
    verbose_name = "Releases"

    def ready(self) -> None:
        """What is in force is handed over anew when the records behind it change."""
        from keepwell.web.audit.registering import keep_changes_of  # noqa: PLC0415 (models are there only now)
        from keepwell.web.places.signals import records_changed  # noqa: PLC0415
        from keepwell.web.releases.models import Release  # noqa: PLC0415

        keep_changes_of(Release)
        records_changed.connect(_renew, dispatch_uid="releases_renew")


def _renew(sender: Any, place: Any, **more: Any) -> None:
    from keepwell.web.releases.actions import renew_all  # noqa: PLC0415 (as above)

    renew_all(place=place)
