"""Every macro and every field on one page, to be looked at and to be tried by axe. No address of the product."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory

from keepwell.charts import drawing as by_hand
from keepwell.charts.picture import BLUE, Picture
from keepwell.disclosure import Definition
from keepwell.errors import KeepwellError
from keepwell.periods import Month
from keepwell.reports.sections import Figure, Grid, Section
from keepwell.web.nhsuk import menus
from keepwell.web.nhsuk.forms import DayField, FilesField, Form, MonthField

PAGE = """
{% extends "nhsuk/page.html.j2" %}
{% from "nhsuk/sections.html.j2" import section, figures, figure, picture, notes, definition, facts %}
{% from "nhsuk/tables.html.j2" import table, rows %}
{% from "nhsuk/panels.html.j2" import three_lines, refused, empty, progress, signal, tasks, pages %}
{% set title = "How are we doing?" %}
{% set wide = true %}
{% block main %}
{{ section(told) }}
{% call figure(told.figures[0], told.definitions[0]) %}<p>{{ signal("good", "Falling for 7 months") }}</p>{% endcall %}
<p>{{ signal("good", "Improving") }} {{ signal("watch", "Watch") }} {{ signal("bad", "Worse") }} {{ signal("none", "Not known") }}
{{ signal("changing", "Loading") }}</p>
{{ table(wide_grid) }}
{{ rows("Loads", ["File", "State", "Rows"], [["staff-2025-10.csv", signal("good", "Loaded"), "1,204"]], numeric=[2]) }}
{{ facts([("From", day_one | day), ("Share", 0.1234 | percent), ("Staff", 1204 | counted("person", "people"))]) }}
{{ three_lines(error) }}
{{ refused("You loaded this file, so somebody else must confirm it.") }}
{{ empty("Nothing is loaded yet", "Load a month of staff in post to see who stays.", "Bring data in", "/data/") }}
{{ progress(0.42, "Reading row 4,200 of 10,000", "/look-again/") }}
{{ tasks([{"text": "Load staff in post", "href": "/data/", "status": "Done", "kind": "good", "hint": "October 2025"},
          {"text": "Invite a colleague", "href": none, "status": "Cannot start yet", "kind": none, "hint": none}]) }}
{{ pages(second, "?page=") }}
{% endblock %}
"""
FORM = """
{% extends "nhsuk/page.html.j2" %}
{% set title = "Invite a colleague" %}
{% set back = "/people/" %}
{% block main %}
<form method="post" enctype="multipart/form-data" novalidate>{{ csrf_input }}{{ form }}{{ nhs.button(text="Send the invitation") }}</form>
{% endblock %}
"""
DONE = """
{% extends "nhsuk/page.html.j2" %}
{% from "nhsuk/panels.html.j2" import done %}
{% set title = "The file is loaded" %}
{% set breadcrumbs = [{"text": "Home", "href": "/"}, {"text": "Bring data in", "href": "/northmoor/data/"}] %}
{% block heading %}{{ done("The file is loaded", "1,204 rows of October 2025") }}{% endblock %}
{% block main %}<h2 class="nhsuk-heading-m">What happens next</h2><p>The pages show the new month.</p>{% endblock %}
"""


@dataclass(frozen=True)
class Somewhere:
    """A place, as pages know one."""

    name: str
    slug: str


class Invitation(Form):
    """One field of every kind."""

    name = forms.CharField(label="Full name", max_length=80)
    email = forms.EmailField(label="Email address", help_text="We send the invitation there.")
    phone = forms.CharField(label="Telephone", required=False)
    hours = forms.IntegerField(label="Hours a week")
    why = forms.CharField(label="Why do they need it?", widget=forms.Textarea(attrs={"rows": 3}))
    role = forms.ChoiceField(label="Role", choices=[("", ""), ("lead", "Retention lead"), ("viewer", "Viewer")])
    how = forms.ChoiceField(
        label="How should we reach them?",
        choices=[("mail", "By mail"), ("other", "Another way")],
        widget=forms.RadioSelect,
    )
    other = forms.CharField(label="Which other way?", widget=forms.Textarea)
    sees = forms.MultipleChoiceField(
        label="What may they see?",
        choices=[("rates", "Rates"), ("reasons", "Reasons for leaving")],
        widget=forms.CheckboxSelectMultiple,
    )
    start = DayField(label="Start")
    since = MonthField(label="First month", help_text="For example, 10 2025")
    files = FilesField(label="Files")
    password = forms.CharField(label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    agreed = forms.BooleanField(label="I have told them why")
    version = forms.CharField(widget=forms.HiddenInput, initial="7")
    looks = {  # noqa: RUF012
        "name": {"width": 20},
        "hours": {"width": 3, "suffix": "hours"},
        "how": {"reveals": {"other": "other"}, "hints": {"mail": "To the address above"}},
    }


DEFINITION = Definition(
    measure="leaver_rate",
    label="Leaver rate",
    words="Leavers as a share of average headcount.",
    formula="leavers / mean(headcount at start, headcount at end)",
    unit="share",
    basis="people, each once",
    window="12 months to October 2025",
    method="counted",
    leaving="the organisation",
    population="all staff",
    source="made up",
    vintage="15 November 2025",
    reference="NHS Workforce Statistics, turnover",
)


def chart() -> Picture:
    """A small chart of our own kind."""

    def draw(width: int) -> by_hand.Drawing:
        drawing = by_hand.Drawing(width, 160)
        drawing.line([(20 + month * (width - 40) / 12, 150 - 10 * (month % 5)) for month in range(13)], BLUE, 2)
        return drawing

    return by_hand.drawn("Leavers each month", "Between 10 and 14 each month.", draw)


def section() -> Section:
    months = Grid(
        "Leavers each month",
        ("Month", "Leavers"),
        tuple((f"{m} 2025", str(10 + m % 5)) for m in range(1, 13)),
        (False, True),
    )
    folded = Grid(
        "Leavers by team", ("Team", "Leavers", "Share"), (("Ward 7", "12", "8.10%"),), (False, True, True), True
    )
    return Section(
        key="leaving",
        question="How many leave?",
        answer="1 in 9 of staff left the organisation in the 12 months to October 2025.",
        figures=(
            Figure("Leaver rate", "11.2%", "a year ago 12.0%"),
            Figure("Leavers", "1,204", "people, each once"),
            Figure("Stability index", "86.4%", "still here after 12 months"),
        ),
        pictures=(chart(),),
        grids=(months, folded),
        notes=("Groups under 11 are not shown.",),
        definitions=(DEFINITION,),
    )


WIDE = Grid(
    "Leaver rate by staff group and year",
    ("Staff group", *(f"12 months to October {year}" for year in range(2014, 2026))),
    tuple((group, *["11.23%"] * 12) for group in ("Registered nurses and midwives", "Allied health professionals")),
    (False, *[True] * 12),
)


def links_of_place(request: Any, place: Any) -> list[menus.Link]:
    words = ("How are we doing", "Compare", "Measures", "Bring data in", "People and places", "Who has seen what")
    return [menus.Link(text, f"/northmoor/{n}/" if n else "/northmoor/", order=n) for n, text in enumerate(words)]


def with_menus(monkeypatch: Any) -> None:
    """Links as the slices would give them."""
    account = [menus.Link("Robin Reed", "/me/"), menus.Link("Sign out", "/sign-out/", posts=True)]
    places = [menus.Link(f"Place {n}", f"/place-{n}/") for n in range(1, 8)]
    monkeypatch.setattr(menus, "account_menu", [lambda request: account])
    monkeypatch.setattr(menus, "place_switch", [lambda request: places])
    monkeypatch.setattr(menus, "place_menu", [links_of_place])
    monkeypatch.setattr(menus, "site_menu", [])


def drawn(words: str, path: str = "/northmoor/1/", said: Sequence[Message] = (), **told: Any) -> str:
    """A template of the gallery as a page that somebody asked for; `said` are messages that wait for them.

    It has links only after `with_menus`: those of the slices are not asked for.
    """
    request = RequestFactory().get(path)
    request._messages = said
    if links_of_place in menus.place_menu:
        request.user = AnonymousUser()
    error = KeepwellError(
        "staff_2025.csv has no column for the staff group.",
        found="Employee Number, Staff Grp, FTE",
        attempt="name the heading that holds it",
    )
    context = {
        "told": section(),
        "wide_grid": WIDE,
        "error": error,
        "day_one": dt.date(2025, 11, 15),
        "second": Paginator(range(100), 20).page(2),
        "place": Somewhere("Northmoor University Hospitals NHS Foundation Trust", "northmoor"),
        "month": Month.parse("2025-10"),
    }
    return str(engines["jinja2"].from_string(words).render(context | told, request))


def form_sent() -> Invitation:
    """The form as it comes back: some of it wrong, what was typed in it."""
    return Invitation(
        {
            "name": "O'Neill <b>&</b>",
            "email": "robin",
            "hours": "thirty",
            "why": "First line\n    second line",
            "role": "",
            "how": "other",
            "other": "By\n  pigeon",
            "start-day": "31",
            "start-month": "Feb",
            "start-year": "2025",
            "since-month": "10",
            "since-year": "",
            "password": "secret",
            "version": "7",
        },
        {},
    )
