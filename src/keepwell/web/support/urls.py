"""The addresses of support."""

from __future__ import annotations

from django.urls import URLPattern, path

from keepwell.web.support import offer_views, views

ORGANISATION = "<slug:place>/support/<int:number>/<slug:organisation>/"

urlpatterns: list[URLPattern] = [
    path("<slug:place>/support/", views.support, name="support"),
    path("<slug:place>/support/new/", views.begin_support, name="begin_support"),
    path("<slug:place>/support/<int:number>/", views.support_programme_page, name="support_programme"),
    path("<slug:place>/support/<int:number>/edit/", views.edit_support, name="edit_support"),
    path("<slug:place>/support/<int:number>/select/", views.select_for_support, name="select_for_support"),
    path(ORGANISATION, views.support_organisation, name="support_organisation"),
    path(f"{ORGANISATION}offer/", offer_views.offer_support, name="offer_support"),
    path(f"{ORGANISATION}take-out/", views.deselect_for_support, name="deselect_for_support"),
    path("<slug:place>/support/offers/<int:number>/", offer_views.follow_support, name="follow_support"),
    path(
        "<slug:place>/support/offers/<int:number>/sessions/",
        offer_views.add_support_session,
        name="add_support_session",
    ),
    path(
        "<slug:place>/support/offers/<int:number>/sessions/<int:session>/remove/",
        offer_views.remove_support_session,
        name="remove_support_session",
    ),
    path("<slug:place>/support-offered/", offer_views.support_offered, name="support_offered"),
    path("<slug:place>/support-offered/<int:number>/answer/", offer_views.answer_support, name="answer_support"),
]
