"""The addresses of the measures' own pages."""

from __future__ import annotations

from django.urls import path

from keepwell.web.measuring import views

urlpatterns = [
    path("measures/", views.measures_page, name="measures"),
    path("measures/<slug:name>/", views.measure_page, name="measure"),
    path("measures/<slug:name>/take/<slug:out_format>/", views.download, name="measure_download"),
    path("measures/<slug:name>/steps/<slug:out_format>/", views.steps_download, name="measure_steps_download"),
]
