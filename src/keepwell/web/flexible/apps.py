"""Which requests for flexible work and retirement were made, and how were they decided?"""

from __future__ import annotations

from django.apps import AppConfig


class Flexible(AppConfig):
    name = "keepwell.web.flexible"
    label = "flexible"
