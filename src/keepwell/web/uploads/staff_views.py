"""How does a practice without a file say who works there?"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.errors import KeepwellError
from keepwell.periods import Month
from keepwell.web.accounts.gate import here_or_404, person, signed_in
from keepwell.web.accounts.rules import Standing
from keepwell.web.uploads import actions, queries
from keepwell.web.uploads.forms import StaffPerson
from keepwell.web.uploads.models import PracticePerson
from keepwell.web.uploads.rules import cannot_bring_staff_in, cannot_type_staff


def _here(request: HttpRequest, place: str) -> Standing:
    here = here_or_404(request, place)
    if cannot_type_staff(here) is not None:
        raise Http404
    return here


def _person_here(request: HttpRequest, place: str, number: int) -> tuple[Standing, PracticePerson]:
    here = _here(request, place)
    found = queries.people_of(here.place).filter(pk=number).select_related("place").first()
    if found is None:
        raise Http404
    return here, found


@signed_in
@never_cache
@require_safe
def staff(request: HttpRequest, place: str) -> HttpResponse:
    """Who works here, as it was typed."""
    here = _here(request, place)
    people = queries.people_of(here.place)
    told = {"place": here.place, "people": people, "cannot_bring_in": cannot_bring_staff_in(here), "wide": True}
    return render(request, "uploads/staff.html.j2", told)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, place: str) -> HttpResponse:
    """Somebody more."""
    return _typed(request, _here(request, place), None)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """What has changed of somebody."""
    here, found = _person_here(request, place, number)
    return _typed(request, here, found)


def _typed(request: HttpRequest, here: Standing, found: PracticePerson | None) -> HttpResponse:
    form = StaffPerson(request.POST or None, initial=_as_typed(found))
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        born = said["birth_month"]
        said["birth_month"] = str(born) if born else ""
        try:
            kept = actions.keep_person(place=here.place, person=found, by=person(request), **said)
        except KeepwellError as refusal:
            form.tell(refusal)
        else:
            messages.success(request, f"{kept.label} is kept. It counts once you bring the list in.")
            return redirect("practice_staff", place=here.place.slug)
    told = {"place": here.place, "form": form, "found": found}
    return render(request, "uploads/staff_person.html.j2", told, status=422 if form.is_bound and form.errors else 200)


def _as_typed(found: PracticePerson | None) -> dict[str, object]:
    if found is None:
        return {"known": 0}
    names = ("label", "staff_group", "job_role", "hours", "fte", "start", "end")
    born = Month.parse(found.birth_month) if found.birth_month else None
    return {name: getattr(found, name) for name in names} | {"birth_month": born, "known": found.version}


@signed_in
@never_cache
@require_POST
def strike(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Take out what was typed by mistake."""
    here, found = _person_here(request, place, number)
    typed = request.POST.get("known", "")
    known = int(typed) if typed.isdecimal() and len(typed) < 10 else 0
    try:
        actions.strike_person(person=found, known=known, by=person(request))
        messages.success(request, f"{found.label} is taken out of the list.")
    except KeepwellError as refusal:
        messages.warning(request, refusal.wrong)
    return redirect("practice_staff", place=here.place.slug)


@signed_in
@never_cache
@require_POST
def bring_in(request: HttpRequest, place: str) -> HttpResponse:
    """Have what was typed looked at, as a file would be."""
    here = _here(request, place)
    try:
        upload = actions.bring_staff_in(place=here.place, by=person(request))
    except KeepwellError as refusal:
        messages.warning(request, refusal.wrong)
        return redirect("practice_staff", place=here.place.slug)
    return redirect("upload", place=here.place.slug, number=upload.pk)
