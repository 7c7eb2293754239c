"""How does a plan become a paper, and a paper a plan?"""

from __future__ import annotations

from django.apps import AppConfig


class Papers(AppConfig):
    name = "keepwell.web.papers"
    label = "papers"
