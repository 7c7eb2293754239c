"""How does a plan that somebody has in Word or Excel become a plan here?"""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from keepwell.errors import KeepwellError
from keepwell.web.accounts.gate import here_or_404, person, signed_in, theirs_or_404
from keepwell.web.papers import actions, presenters, queries, reading, rules
from keepwell.web.papers.forms import Bring, Known, MakePlan, WhichColumns
from keepwell.web.papers.models import Brought
from keepwell.web.papers.opening import LARGEST, too_large
from keepwell.web.papers.reading import Tables
from keepwell.web.places.models import Place

READ_AND_WRITE = ["GET", "HEAD", "POST"]


def _place(request: HttpRequest, slug: str) -> Place:
    here = here_or_404(request, slug)
    return theirs_or_404(here.place, rules.cannot_bring(person(request), here.place))


def _brought(request: HttpRequest, slug: str, number: int) -> Brought:
    place = _place(request, slug)
    found = Brought.objects.select_related("place__controller", "plan__place").filter(pk=number, place=place).first()
    return theirs_or_404(found, rules.cannot_see_brought(person(request), found) if found else None)


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def import_plan(request: HttpRequest, place: str) -> HttpResponse:
    """Choose a file. It is read at once, and not kept: only what was read of it."""
    here, posted = _place(request, place), request.method == "POST"
    form = Bring(request.POST, request.FILES) if posted else Bring()
    refusal: KeepwellError | None = None
    if posted and form.is_valid():
        try:
            brought = _read(request, here, form)
        except KeepwellError as refused:
            refusal = refused
        else:
            return redirect("imported", place=here.slug, number=brought.pk)
    waiting = queries.waiting(person(request), here)
    told = {"place": here, "form": form, "refusal": refusal, "waiting": waiting}
    return render(request, "papers/import.html.j2", told, status=422 if posted else 200)


def _read(request: HttpRequest, place: Place, form: Bring) -> Brought:
    sent = form.cleaned_data["file"]
    if sent.size > LARGEST:
        raise too_large(sent.size)
    read = reading.read(sent.read())
    return actions.bring(place=place, name=sent.name, read=read, by=person(request))


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def imported(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """What was read, row by row; made into a draft plan by a button."""
    brought = _brought(request, place, number)
    if brought.plan is not None:
        return redirect("plan", place=brought.place.slug, number=brought.plan.pk)
    posted, found = request.method == "POST", _understood(brought)
    first = {"title": found.title or brought.name.rpartition(".")[0], "about": found.about, "known": brought.version}
    form = MakePlan(request.POST) if posted else MakePlan(initial=first)
    if posted and form.is_valid() and (made := _made(request, brought, found, form)):
        return made
    return _preview(request, brought, found, form, status=422 if posted else 200)


def _made(request: HttpRequest, brought: Brought, found: Tables, form: MakePlan) -> HttpResponse | None:
    told = form.cleaned_data
    content = {"title": told["title"], "about": told["about"]}
    written = [one.content for one in found.actions]
    try:
        plan = actions.make_plan(
            brought=brought, content=content, actions=written, known=told["known"], by=person(request)
        )
    except KeepwellError as refusal:
        form.tell(refusal)
        return None
    messages.success(request, "This is a draft plan now. Nobody above sees it. Ask the owners, and look at the dates.")
    return redirect("plan", place=plan.place.slug, number=plan.pk)


@signed_in
@require_POST
def say_columns(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Which column is which; read anew with that."""
    brought = _brought(request, place, number)
    found = _understood(brought)
    form = WhichColumns(request.POST, tables=found)
    refusal: KeepwellError | None = None
    if form.is_valid():
        try:
            with transaction.atomic():
                brought = actions.say(
                    brought=brought, said=form.said, known=form.cleaned_data["known"], by=person(request)
                )
                _understood(brought)
        except KeepwellError as refused:
            refusal = refused
        else:
            return redirect("imported", place=place, number=number)
    made = MakePlan(initial={"title": found.title, "about": found.about, "known": brought.version})
    if refusal is not None:
        form.tell(refusal)
    return _preview(request, _brought(request, place, number), found, made, columns=form, status=422)


@signed_in
@require_POST
def drop_import(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Make no plan of it: nothing of what was read is kept."""
    brought = _brought(request, place, number)
    try:
        actions.drop(brought=brought, by=person(request))
    except KeepwellError as refusal:
        messages.warning(request, refusal.wrong)
        return redirect("plans", place=place)
    messages.success(request, "Nothing of this file is kept.")
    return redirect("import_plan", place=place)


def _understood(brought: Brought) -> Tables:
    return reading.understood(brought.read, brought.said, timezone.localdate(brought.brought_at))


def _preview(
    request: HttpRequest,
    brought: Brought,
    found: Tables,
    form: MakePlan,
    *,
    columns: WhichColumns | None = None,
    status: int = 200,
) -> HttpResponse:
    asked = columns or WhichColumns(tables=found, initial={"known": brought.version})
    told = {
        "place": brought.place,
        "brought": brought,
        "answer": presenters.read_in_words(found),
        "remarks": found.remarks,
        "tables": [(table.name, presenters.columns_in_words(table)) for table in found.understood],
        "rows": [presenters.action_in_words(one) for one in found.actions],
        "columns": asked if asked.asked else None,
        "make": form,
        "forms": [form, asked],
        "known": Known(initial={"known": brought.version}),
    }
    return render(request, "papers/imported.html.j2", told, status=status)
