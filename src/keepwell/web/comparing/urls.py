"""The addresses of the pages of comparison: of published figures, the same for everybody, and of a place among them."""

from __future__ import annotations

from django.urls import path

from keepwell.web.comparing import views

urlpatterns = [
    path("published/compare/", views.compare_published, name="compare_published"),
    path("published/compare/take/<slug:out_format>/", views.download, name="compare_download"),
    path("published/compare/programme/", views.programme_published, name="programme_published"),
    path("published/compare/programme/take/<slug:out_format>/", views.programme_download, name="programme_download"),
    path("<slug:place>/compare/", views.compare, name="compare"),
    path("<slug:place>/compare/programme/", views.programme, name="programme"),
]
