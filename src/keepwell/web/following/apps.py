"""Is it being done, what was learnt, and who took it up?"""

from __future__ import annotations

from django.apps import AppConfig


class Following(AppConfig):
    name = "keepwell.web.following"
    label = "following"
