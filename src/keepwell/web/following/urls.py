"""The addresses of following: check-ins, who started when, evaluation, and what staff are told."""

from __future__ import annotations

from django.urls import URLPattern, path

from keepwell.web.following import evaluation_views, unit_views, views, we_did_views

ACTION = "<slug:place>/actions/<int:number>"
PLAN = "<slug:place>/plans/<int:number>"
WE_DID = "<slug:place>/we-did"

urlpatterns: list[URLPattern] = [
    path("my-actions/check-ins/", views.my_check_ins, name="my_check_ins"),
    path("my-actions/calendar.ics", evaluation_views.my_calendar, name="my_calendar"),
    path(f"{ACTION}/check-ins/", views.check_ins, name="check_ins"),
    path(f"{ACTION}/check-ins/<slug:key>/", views.check_in, name="check_in"),
    path(f"{ACTION}/units/", unit_views.units, name="units"),
    path(f"{ACTION}/units/add/", unit_views.add_units, name="add_units"),
    path(f"{ACTION}/units/numbers/", unit_views.count_units, name="count_units"),
    path(f"{ACTION}/units/<int:unit>/", unit_views.change_unit, name="change_unit"),
    path(f"{ACTION}/units/<int:unit>/take-off/", unit_views.take_unit_off, name="take_unit_off"),
    path(f"{ACTION}/we-did/", we_did_views.word_we_did, name="word_we_did"),
    path(f"{PLAN}/evaluation/", evaluation_views.evaluation, name="evaluation"),
    path(f"{PLAN}/ninety-days/", evaluation_views.ninety_days, name="ninety_days"),
    path(f"{PLAN}/calendar.ics", evaluation_views.plan_calendar, name="plan_calendar"),
    path("<slug:place>/overdue/", views.overdue, name="overdue"),
    path(f"{WE_DID}/", we_did_views.we_did, name="we_did"),
    path(f"{WE_DID}/<int:number>/", we_did_views.we_did_one, name="we_did_one"),
    path(f"{WE_DID}/<int:number>/withdraw/", we_did_views.withdraw_we_did, name="withdraw_we_did"),
    path(f"{WE_DID}/<int:number>/poster/", we_did_views.we_did_poster, name="we_did_poster"),
]
