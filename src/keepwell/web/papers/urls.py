"""The addresses of papers."""

from __future__ import annotations

from django.urls import URLPattern, path

from keepwell.web.papers import import_views, views

urlpatterns: list[URLPattern] = [
    path("<slug:place>/plans/<int:number>/papers/", views.plan_papers, name="plan_papers"),
    path("<slug:place>/combined/papers/", views.combined_papers, name="combined_papers"),
    path("<slug:place>/papers/<int:number>/", views.paper, name="paper"),
    path("<slug:place>/papers/<int:number>/file/", views.paper_file, name="paper_file"),
    path("<slug:place>/plans/import/", import_views.import_plan, name="import_plan"),
    path("<slug:place>/plans/import/<int:number>/", import_views.imported, name="imported"),
    path("<slug:place>/plans/import/<int:number>/columns/", import_views.say_columns, name="say_columns"),
    path("<slug:place>/plans/import/<int:number>/drop/", import_views.drop_import, name="drop_import"),
]
