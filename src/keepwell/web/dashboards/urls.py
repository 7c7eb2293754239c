"""The addresses of the pages of figures."""

from __future__ import annotations

from django.urls import path

from keepwell.web.dashboards import views

urlpatterns = [
    path("<slug:place>/", views.dashboard, name="dashboard"),
    path("<slug:place>/about/<slug:key>/", views.part, name="dashboard_part"),
    path("<slug:place>/take/<slug:out_format>/", views.download, name="dashboard_download"),
    path("<slug:place>/target/", views.set_target, name="set_target"),
    path("<slug:place>/target/<int:number>/end/", views.end_target, name="end_target"),
]
