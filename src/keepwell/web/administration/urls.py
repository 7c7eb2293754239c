"""The addresses of people, places, releases and the register."""

from __future__ import annotations

from django.urls import path

from keepwell.web.administration.views import people, places, register, releases

urlpatterns = [
    path("site/people/", people.site_people, name="site_people"),
    path("site/people/<int:number>/close/", people.close, name="close_account"),
    path("site/people/<int:number>/second-step/", people.take_second_step_away, name="take_second_step_away"),
    path("site/roles/", people.site_roles, name="site_roles"),
    path("site/places/", places.site_places, name="site_places"),
    path("site/places/add/", places.add, name="add_place"),
    path("<slug:place>/people/", people.people, name="people"),
    path("<slug:place>/people/invite/", people.invite, name="invite"),
    path("<slug:place>/people/<int:number>/again/", people.invite_again, name="invite_again"),
    path("<slug:place>/people/<int:number>/confirm/", people.confirm, name="confirm_role"),
    path("<slug:place>/people/<int:number>/end/", people.end, name="end_role"),
    path("<slug:place>/place/", places.place_page, name="place_page"),
    path("<slug:place>/place/move/", places.move, name="move_place"),
    path("<slug:place>/place/rename/", places.rename, name="rename_place"),
    path("<slug:place>/place/became/", places.become, name="place_became"),
    path("<slug:place>/released/", releases.releases, name="releases"),
    path("<slug:place>/released/prepare/", releases.prepare, name="prepare_release"),
    path("<slug:place>/released/<int:number>/", releases.release_page, name="release"),
    path("<slug:place>/released/<int:number>/release/", releases.put_in_force, name="put_in_force"),
    path("<slug:place>/released/<int:number>/withdraw/", releases.withdraw, name="withdraw_release"),
    path("<slug:place>/seen/", register.register, name="register"),
]
