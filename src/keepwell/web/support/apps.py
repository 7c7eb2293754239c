"""Whom do we support, with what, and what came of it?"""

from __future__ import annotations

from django.apps import AppConfig


class Support(AppConfig):
    name = "keepwell.web.support"
    label = "support"
