"""How do tables leave the site?"""

from __future__ import annotations

from django.apps import AppConfig


class Exports(AppConfig):
    name = "keepwell.web.exports"
    label = "exports"
