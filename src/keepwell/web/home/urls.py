"""The site's own first addresses."""

from __future__ import annotations

from django.urls import path

from keepwell.web.home import first_run_views, promise_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("first-run/", first_run_views.administrator, name="first_run"),
    path("first-run/organisation/", first_run_views.organisation, name="first_run_organisation"),
    path("first-run/figures/", first_run_views.figures, name="first_run_figures"),
    path("first-run/data/", first_run_views.data, name="first_run_data"),
    path("about/", views.not_for, name="not_for"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("healthy/", views.healthy, name="healthy"),
    path("<slug:place>/promise/", promise_views.promise, name="promise"),
]
