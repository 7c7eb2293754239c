"""What have others done, what is there to use, and what fits here?"""

from __future__ import annotations

from django.apps import AppConfig


class Library(AppConfig):
    name = "keepwell.web.library"
    label = "library"
