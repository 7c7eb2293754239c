"""The addresses of flexible."""

from __future__ import annotations

from django.urls import URLPattern, path

from keepwell.web.flexible import retirement_views, views

urlpatterns: list[URLPattern] = [
    path("retirement-options/", retirement_views.retirement_options, name="retirement_options"),
    path("<slug:place>/requests/", views.requests, name="requests"),
    path("<slug:place>/requests/new/", views.add_request, name="add_request"),
    path("<slug:place>/requests/clear/", views.clear_references, name="clear_references"),
    path("<slug:place>/requests/figures/", views.request_figures, name="request_figures"),
    path("<slug:place>/requests/<int:number>/", views.one_request, name="request"),
    path("<slug:place>/requests/<int:number>/edit/", views.change_request, name="change_request"),
    path("<slug:place>/requests/<int:number>/answer/", views.decide_request, name="decide_request"),
    path("<slug:place>/requests/<int:number>/appeal/", views.appeal_request, name="appeal_request"),
    path("<slug:place>/requests/<int:number>/history/", views.request_history, name="request_history"),
    path("<slug:place>/requests/<int:number>/mistake/", views.strike_request, name="strike_request"),
]
