"""Who carries retention at this place, and who says so?"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from keepwell.content.promise import RetentionRole, elements, retention_roles
from keepwell.errors import KeepwellError, counted
from keepwell.web.accounts.gate import here_or_404, person, signed_in
from keepwell.web.accounts.rules import Standing
from keepwell.web.assessments import role_actions, role_queries
from keepwell.web.assessments.role_forms import HolderForm, NobodyForm
from keepwell.web.assessments.role_rules import cannot_see_roles, cannot_write_role, cannot_write_roles
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import why_not

NOBODY = "nobody"
"""The button that says so."""


def _here(request: HttpRequest, place: str) -> Standing:
    here = here_or_404(request, place)
    if cannot_see_roles(here) is not None:
        raise Http404
    return here


@signed_in
@never_cache
@require_safe
def roles(request: HttpRequest, place: str) -> HttpResponse:
    """The named roles of a place, the empty ones first."""
    here = _here(request, place)
    held = role_queries.roles_held(here.place)
    empty = [one for one in held if one.empty]
    told = {
        "place": here.place,
        "answer": _in_words(len(empty), len(held)),
        "groups": (("Nobody yet", empty), ("Held", [one for one in held if not one.empty])),
        "titles": {key: element.title for key, element in elements().items()},
        "cannot_write": cannot_write_roles(person(request), here.place),
    }
    return render(request, "assessments/roles.html.j2", told)


def _in_words(empty: int, of: int) -> str:
    if not empty:
        return f"Somebody holds each of the {counted(of, 'named role')}."
    return f"{empty} of {counted(of, 'named role')} {'is' if empty == 1 else 'are'} empty."


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write_role(request: HttpRequest, place: str, role: str) -> HttpResponse:
    """Who holds one role. Where somebody else was quicker, what they wrote stands beside what was typed."""
    here, wanted = _here(request, place), retention_roles().get(role)
    if wanted is None or cannot_write_role(person(request), here.place, wanted) is not None:
        raise Http404
    if NOBODY in request.POST:
        return _nobody(request, here.place, wanted)
    now = role_queries.holder_of(here.place, wanted)
    shown = {"name": now.name, "since": now.since, "known": now.version} if now else {}
    form = HolderForm(request.POST or None, initial=shown)
    known = form["known"].value()
    if request.method == "POST" and form.is_valid():
        try:
            role_actions.name_holder(place=here.place, role=wanted, by=person(request), **form.cleaned_data)
        except KeepwellError as refusal:
            form.tell(refusal)
            now = role_queries.holder_of(here.place, wanted)
            known = now.version if now else None
        else:
            messages.success(request, f"{wanted.title}: it is written down who holds it.")
            return redirect("promise_roles", place=here.place.slug)
    told = {"place": here.place, "role": wanted, "form": form, "now": now, "known": known}
    return render(request, "assessments/write_role.html.j2", told, status=422 if form.is_bound and form.errors else 200)


def _nobody(request: HttpRequest, place: Place, role: RetentionRole) -> HttpResponse:
    form = NobodyForm(request.POST)
    known = form.cleaned_data.get("known") if form.is_valid() else None
    by = person(request)
    if reason := why_not(lambda: role_actions.clear_holder(place=place, role=role, known=known, by=by)):
        messages.warning(request, reason)
        return redirect("write_role", place=place.slug, role=role.key)
    messages.success(request, f"{role.title}: nobody holds it.")
    return redirect("promise_roles", place=place.slug)
