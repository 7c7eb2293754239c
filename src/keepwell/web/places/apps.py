"""Organisations as the web knows them."""

from __future__ import annotations

from django.apps import AppConfig


class Places(AppConfig):
    name = "keepwell.web.places"
    label = "places"
    verbose_name = "Places"
