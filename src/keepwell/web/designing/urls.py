"""The addresses of designing."""

from __future__ import annotations

from django.urls import URLPattern, path

from keepwell.web.designing import equality_views, launch_views, readiness_views, stakeholder_views, views

PLAN = "<slug:place>/plans/<int:number>"
ON_MAP = f"{PLAN}/stakeholders"

urlpatterns: list[URLPattern] = [
    path("<slug:place>/launches/", launch_views.launches, name="launches"),
    path(f"{PLAN}/drivers/", views.driver_diagram, name="driver_diagram"),
    path(f"{PLAN}/drivers/write/", views.write_drivers, name="write_drivers"),
    path(f"{PLAN}/drivers/actions/", views.ideas_to_actions, name="ideas_to_actions"),
    path(f"{PLAN}/theory/", views.theory_of_change, name="theory_of_change"),
    path(f"{PLAN}/theory/write/", views.write_theory, name="write_theory"),
    path(f"{PLAN}/readiness/", readiness_views.readiness, name="readiness"),
    path(f"{PLAN}/readiness/write/", readiness_views.write_readiness, name="write_readiness"),
    path(f"{PLAN}/equality/", equality_views.equality, name="equality"),
    path(f"{PLAN}/equality/write/", equality_views.write_equality, name="write_equality"),
    path(f"{ON_MAP}/", stakeholder_views.stakeholders, name="stakeholders"),
    path(f"{ON_MAP}/begin/", stakeholder_views.begin_map, name="begin_map"),
    path(f"{ON_MAP}/add/", stakeholder_views.add_stakeholder, name="add_stakeholder"),
    path(f"{ON_MAP}/<int:row>/", stakeholder_views.write_stakeholder, name="write_stakeholder"),
    path(f"{ON_MAP}/<int:row>/off/", stakeholder_views.take_off_stakeholder, name="take_off_stakeholder"),
    path(f"{ON_MAP}/<int:row>/on/", stakeholder_views.put_on_stakeholder, name="put_on_stakeholder"),
]
