"""How is a site set up? Four steps, each to be left and come back to."""

from __future__ import annotations

from typing import Final

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from keepwell.web.accounts.abilities import EDIT_PLACES, LOAD_DATA
from keepwell.web.accounts.actions import first_administrator
from keepwell.web.accounts.gate import person, signed_in
from keepwell.web.accounts.queries import is_set_up
from keepwell.web.accounts.rules import cannot, cannot_on_site
from keepwell.web.home.actions import administrator_looks, name_organisation, somebody_else_looks
from keepwell.web.home.forms import LATER, ME, AdministratorForm, OrganisationForm, WhoForm
from keepwell.web.home.presenters import address_of
from keepwell.web.home.rules import begun_with, cannot_choose_who, cannot_name_organisation
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import NotAllowed

BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"
FORM: Final = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(FORM)
def administrator(request: HttpRequest) -> HttpResponse:
    """Step 1, once only: who looks after the site. From then on the way to the step that is next."""
    if is_set_up():
        return _next_step(request)
    form = AdministratorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = first_administrator(**form.cleaned_data)
        except NotAllowed:  # somebody else was quicker by a moment
            return redirect("account_login")
        login(request, user, BACKEND)
        return redirect("first_run_organisation")
    return render(request, "home/first_run_administrator.html.j2", {"form": form})


@signed_in
def _next_step(request: HttpRequest) -> HttpResponse:
    by = person(request)
    if cannot_on_site(by, EDIT_PLACES):
        raise Http404
    if cannot_name_organisation(by) is None:
        return redirect("first_run_organisation")
    return redirect("first_run_figures" if cannot_choose_who(by) is None else "first_run_data")


@never_cache
@signed_in
@require_http_methods(FORM)
def organisation(request: HttpRequest) -> HttpResponse:
    """Step 2: the organisation, and the board that it belongs to."""
    by = person(request)
    if cannot_name_organisation(by):
        return _next_step(request)
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            name_organisation(by=by, **form.cleaned_data)
            return redirect("first_run_figures")
        except NotAllowed as refusal:
            form.tell(refusal)
    return render(request, "home/first_run_organisation.html.j2", {"form": form})


@never_cache
@signed_in
@require_http_methods(FORM)
def figures(request: HttpRequest) -> HttpResponse:
    """Step 3: who will look at the figures."""
    by, place = person(request), begun_with()
    if place is None or cannot_choose_who(by):
        return _next_step(request)
    form = WhoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _choose(form, place, request)
            return redirect("first_run_data")
        except NotAllowed as refusal:
            form.tell(refusal)
    return render(request, "home/first_run_figures.html.j2", {"form": form, "named": place})


def _choose(form: WhoForm, place: Place, request: HttpRequest) -> None:
    chosen = form.cleaned_data
    if chosen["who"] == ME:
        administrator_looks(place=place, by=person(request))
    elif chosen["who"] != LATER:
        somebody_else_looks(place=place, email=chosen["email"], name=chosen["name"], by=person(request))


@never_cache
@signed_in
def data(request: HttpRequest) -> HttpResponse:
    """Step 4: load a file, or look at the example system."""
    by, place = person(request), begun_with()
    if cannot_on_site(by, EDIT_PLACES):
        raise Http404
    if cannot_name_organisation(by) is None:
        return redirect("first_run_organisation")
    loads = place is not None and cannot(by, LOAD_DATA, place) is None
    told = {"named": place, "load_at": address_of(place, "data") if place and loads else ""}
    return render(request, "home/first_run_data.html.j2", told)
