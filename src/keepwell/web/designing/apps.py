"""How is it meant to work, whom does it touch, and what could stand in its way?"""

from __future__ import annotations

from django.apps import AppConfig


class Designing(AppConfig):
    name = "keepwell.web.designing"
    label = "designing"
