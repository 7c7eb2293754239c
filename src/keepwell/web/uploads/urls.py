"""The addresses at which data is brought in."""

from __future__ import annotations

from django.urls import path

from keepwell.web.uploads import staff_views, views

urlpatterns = [
    path("<slug:place>/data/", views.uploads, name="uploads"),
    path("<slug:place>/data/choose/", views.choose, name="choose_files"),
    path("<slug:place>/data/<int:number>/", views.upload_page, name="upload"),
    path("<slug:place>/data/<int:number>/say/", views.say, name="say_of_upload"),
    path("<slug:place>/data/<int:number>/load/", views.load, name="load_upload"),
    path("<slug:place>/data/<int:number>/drop/", views.drop, name="drop_upload"),
    path("<slug:place>/data/<int:number>/undo/", views.undo, name="undo_upload"),
    path("<slug:place>/data/<int:number>/left-out/", views.left_out, name="rows_left_out"),
    path("<slug:place>/data/loads/<int:number>/undo/", views.undo_load, name="undo_load"),
    path("<slug:place>/data/staff/", staff_views.staff, name="practice_staff"),
    path("<slug:place>/data/staff/add/", staff_views.add, name="add_practice_person"),
    path("<slug:place>/data/staff/<int:number>/", staff_views.change, name="change_practice_person"),
    path("<slug:place>/data/staff/<int:number>/strike/", staff_views.strike, name="strike_practice_person"),
    path("<slug:place>/data/staff/bring-in/", staff_views.bring_in, name="bring_practice_staff_in"),
]
