"""What is done behind the pages."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class Jobs(AppConfig):
    name = "keepwell.web.jobs"
    label = "jobs"
    verbose_name = "Jobs"

    def ready(self) -> None:
        """Every slice's `jobs` room names what can be asked for."""
        autodiscover_modules("jobs")
