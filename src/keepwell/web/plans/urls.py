"""The addresses of plans."""

from __future__ import annotations

from django.urls import URLPattern, path

from keepwell.web.plans import (
    action_views,
    agreeing_views,
    evidence_views,
    keeping_views,
    owner_views,
    start_views,
    views,
)

urlpatterns: list[URLPattern] = [
    path("my-actions/", views.my_actions, name="my_actions"),
    path("<slug:place>/plans/", views.plans, name="plans"),
    path("<slug:place>/plans/new/", views.new_plan, name="new_plan"),
    path("<slug:place>/plans/start/", start_views.start_plan, name="start_plan"),
    path("<slug:place>/plans/<int:number>/", views.plan, name="plan"),
    path("<slug:place>/plans/<int:number>/edit/", views.edit_plan, name="edit_plan"),
    path("<slug:place>/plans/<int:number>/order/", views.order_plan, name="order_plan"),
    path("<slug:place>/plans/<int:number>/agree/", agreeing_views.agree_plan, name="agree_plan"),
    path("<slug:place>/plans/<int:number>/release/", agreeing_views.release_plan, name="release_plan"),
    path(
        "<slug:place>/plans/<int:number>/release/<int:shown>/withdraw/",
        agreeing_views.withdraw_plan,
        name="withdraw_plan",
    ),
    path("<slug:place>/plans/<int:number>/close/", agreeing_views.close_plan, name="close_plan"),
    path("<slug:place>/plans/<int:number>/copy/", agreeing_views.copy_plan, name="copy_plan"),
    path("<slug:place>/plans/<int:number>/actions/new/", action_views.add_action, name="add_action"),
    path("<slug:place>/actions/<int:number>/", action_views.action, name="action"),
    path("<slug:place>/actions/<int:number>/edit/", action_views.edit_action, name="edit_action"),
    path("<slug:place>/actions/<int:number>/take-out/", action_views.take_out_action, name="take_out_action"),
    path("<slug:place>/actions/<int:number>/finish/", action_views.finish_action, name="finish_action"),
    path("<slug:place>/actions/<int:number>/owner/", owner_views.ask_owner, name="ask_owner"),
    path("<slug:place>/actions/<int:number>/answer/", owner_views.answer_owning, name="answer_owning"),
    path("<slug:place>/actions/<int:number>/helpers/", owner_views.ask_helper, name="ask_helper"),
    path(
        "<slug:place>/actions/<int:number>/helpers/<int:helper>/end/",
        owner_views.let_helper_go,
        name="let_helper_go",
    ),
    path("<slug:place>/actions/<int:number>/evidence/", evidence_views.cite_for_action, name="cite_for_action"),
    path(
        "<slug:place>/actions/<int:number>/evidence/<int:citation>/remove/",
        evidence_views.remove_citation,
        name="remove_citation",
    ),
    path("<slug:place>/plans/<int:number>/talk/", keeping_views.plan_talk, name="plan_talk"),
    path("<slug:place>/plans/<int:number>/history/", keeping_views.plan_history, name="plan_history"),
    path("<slug:place>/actions/<int:number>/talk/", keeping_views.action_talk, name="action_talk"),
    path("<slug:place>/actions/<int:number>/history/", keeping_views.action_history, name="action_history"),
    path("<slug:place>/actions/<int:number>/put-back/", keeping_views.put_back, name="put_back"),
    path("<slug:place>/comments/<int:number>/take-back/", keeping_views.take_back_comment, name="take_back_comment"),
    path("<slug:place>/documents/<int:number>/", keeping_views.plan_document, name="plan_document"),
    path("<slug:place>/documents/<int:number>/remove/", keeping_views.remove_document, name="remove_document"),
    path("<slug:place>/versions/<int:number>/restore/", keeping_views.restore_version, name="restore_version"),
]
