"""Do the plans of all below add up, and what is missing?"""

from __future__ import annotations

from django.apps import AppConfig


class Alignment(AppConfig):
    name = "keepwell.web.alignment"
    label = "alignment"
