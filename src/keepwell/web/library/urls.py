"""The addresses of the library: those that everybody may read, then those of a place."""

from __future__ import annotations

from django.urls import URLPattern, path

from keepwell.web.library import local_views, place_views, views

urlpatterns: list[URLPattern] = [
    path("library/", views.library, name="library"),
    path("library/cases/", views.find_cases, name="library_cases"),
    path("library/cases/<slug:key>/", views.case, name="library_case"),
    path("library/offers/", views.find_offers, name="library_offers"),
    path("library/roadmaps/", views.all_roadmaps, name="library_roadmaps"),
    path("library/roadmaps/<slug:key>/", views.roadmap, name="library_roadmap"),
    path("library/appraiser-card/", views.card, name="appraiser_card"),
    path("<slug:place>/library/", place_views.library, name="place_library"),
    path("<slug:place>/library/cases/<slug:key>/", place_views.case, name="place_case"),
    path("<slug:place>/library/offers/", place_views.offers, name="place_offers"),
    path("<slug:place>/library/suggestions/", place_views.suggestions, name="suggestions"),
    path("<slug:place>/library/own/<slug:kind>/new/", local_views.add, name="add_local"),
    path("<slug:place>/library/own/<slug:kind>/<int:number>/", local_views.local, name="local"),
    path("<slug:place>/library/own/<slug:kind>/<int:number>/change/", local_views.change, name="change_local"),
    path("<slug:place>/library/own/<slug:kind>/<int:number>/show/", local_views.show, name="show_local"),
    path("<slug:place>/library/own/<slug:kind>/<int:number>/hide/", local_views.hide, name="hide_local"),
    path("<slug:place>/library/own/<slug:kind>/<int:number>/share/", local_views.share, name="share_local"),
    path(
        "<slug:place>/library/own/<slug:kind>/<int:number>/share/<int:shared>/end/",
        local_views.take_back,
        name="take_local_back",
    ),
]
