"""The addresses of alignment."""

from __future__ import annotations

from django.urls import URLPattern, path

from keepwell.web.alignment import alignment_views, money_views, sending_views, views

urlpatterns: list[URLPattern] = [
    path("<slug:place>/combined/", views.combined, name="combined"),
    path("<slug:place>/combined/alignment/", alignment_views.alignment, name="combined_alignment"),
    path(
        "<slug:place>/combined/alignment/<int:number>/reply/", alignment_views.reply_to_action, name="reply_to_action"
    ),
    path("<slug:place>/actions/<int:number>/answers/", alignment_views.action_answers, name="action_answers"),
    path("<slug:place>/combined/money/", money_views.combined_money, name="combined_money"),
    path("<slug:place>/combined/money/add/", money_views.add_allocation, name="add_allocation"),
    path("<slug:place>/combined/money/<int:number>/", money_views.change_allocation, name="change_allocation"),
    path("<slug:place>/combined/money/<int:number>/besides/", money_views.enter_besides, name="enter_besides"),
    path("<slug:place>/combined/money/<int:number>/end/", money_views.end_allocation, name="end_allocation"),
    path("<slug:place>/combined/need/", money_views.need_index, name="need_index"),
    path("<slug:place>/combined/need/add/", money_views.add_need_part, name="add_need_part"),
    path("<slug:place>/combined/need/<int:number>/", money_views.change_need_part, name="change_need_part"),
    path("<slug:place>/combined/need/<int:number>/end/", money_views.end_need_part, name="end_need_part"),
    path("<slug:place>/combined/who/", sending_views.who_sent, name="who_sent"),
    path("<slug:place>/combined/who/<slug:other>/ask/", sending_views.ask_again, name="ask_again"),
    path("<slug:place>/combined/workforce/", sending_views.workforce_targets, name="workforce_targets"),
    path("<slug:place>/combined/workforce/add/", sending_views.add_workforce_target, name="add_workforce_target"),
    path(
        "<slug:place>/combined/workforce/<int:number>/",
        sending_views.change_workforce_target,
        name="change_workforce_target",
    ),
    path(
        "<slug:place>/combined/workforce/<int:number>/end/",
        sending_views.end_workforce_target,
        name="end_workforce_target",
    ),
    path("<slug:place>/assurance/", sending_views.assurance, name="assurance"),
]
