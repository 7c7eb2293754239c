"""How does a page look like one of the NHS?"""

from __future__ import annotations

from django.apps import AppConfig


class Nhsuk(AppConfig):
    name = "keepwell.web.nhsuk"
    label = "nhsuk"
