"""How does the tree of places look, and how is it changed?"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from keepwell.errors import KeepwellError
from keepwell.web.accounts.gate import here_or_404, person, signed_in
from keepwell.web.administration import queries
from keepwell.web.administration.forms import Become, Move, NewPlace, Rename
from keepwell.web.administration.rules import cannot_edit_places
from keepwell.web.nhsuk.forms import Form
from keepwell.web.places import actions
from keepwell.web.places.models import Place


def _may_edit_or_404(request: HttpRequest, place: Place | None = None) -> None:
    if cannot_edit_places(person(request), place) is not None:
        raise Http404


@signed_in
@never_cache
@require_safe
def site_places(request: HttpRequest) -> HttpResponse:
    """All places, each under what it lies in today."""
    _may_edit_or_404(request)
    return render(request, "administration/site_places.html.j2", {"tree": queries.trees()})


@signed_in
@never_cache
@require_safe
def place_page(request: HttpRequest, place: str) -> HttpResponse:
    """What a place is, where it belonged when, and what became of it."""
    here = here_or_404(request, place)
    told = {
        "place": here.place,
        "belongings": here.place.belongings.select_related("parent"),
        "became": here.place.successors.select_related("after").first(),
        "was": here.place.predecessors.select_related("before"),
        "parts": here.place.children.filter(controller=here.place.controller).order_by("name"),
        "may_edit": cannot_edit_places(person(request), here.place) is None,
    }
    return render(request, "administration/place.html.j2", told)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new place in the tree."""
    _may_edit_or_404(request)
    form = NewPlace(request.POST or None)

    def change() -> Place:
        return actions.add_place(**form.cleaned_data)

    return _changed(request, form, change, "Add a place", "Add")


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, place: str) -> HttpResponse:
    """From a day on it belongs to another."""
    here = here_or_404(request, place)
    _may_edit_or_404(request, here.place)
    form = Move(request.POST or None)

    def change() -> Place:
        actions.move_place(place=here.place, **form.cleaned_data)
        return here.place

    return _changed(request, form, change, f"Where does {here.place.name} belong?", "Save", here.place)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: HttpRequest, place: str) -> HttpResponse:
    """Another name for the same place."""
    here = here_or_404(request, place)
    _may_edit_or_404(request, here.place)
    form = Rename(request.POST or None, initial={"name": here.place.name, "known": here.place.name})

    def change() -> Place:
        return actions.rename_place(place=here.place, **form.cleaned_data)

    return _changed(request, form, change, f"Rename {here.place.name}", "Save", here.place)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def become(request: HttpRequest, place: str) -> HttpResponse:
    """It merged into another, or has a new code."""
    here = here_or_404(request, place)
    _may_edit_or_404(request, here.place)
    form = Become(request.POST or None)

    def change() -> Place:
        actions.succeed(before=here.place, **form.cleaned_data)
        return here.place

    return _changed(request, form, change, f"What became of {here.place.name}?", "Save", here.place)


def _changed(
    request: HttpRequest, form: Form, change: Callable[[], Place], title: str, button: str, place: Place | None = None
) -> HttpResponse:
    """Ask, check, change, and say so; what a rule refuses stands at the top, and what was typed is kept."""
    if request.method == "POST" and form.is_valid():
        try:
            changed = change()
        except KeepwellError as refusal:
            form.tell(refusal)
        else:
            messages.success(request, f"{changed.name} is saved.")
            return redirect("place_page", place=changed.slug)
    told = {"place": place, "form": form, "title": title, "button": button}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "administration/change_place.html.j2", told, status=status)
