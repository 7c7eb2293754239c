"""Who holds which role here, and how is one given, confirmed or ended?"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.errors import KeepwellError
from keepwell.web.accounts import actions
from keepwell.web.accounts.abilities import MANAGE_PEOPLE
from keepwell.web.accounts.gate import here_or_404, person, signed_in
from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.accounts.rules import (
    Standing,
    cannot_close,
    cannot_confirm,
    cannot_end,
    cannot_on_site,
    cannot_take_second_step,
)
from keepwell.web.administration import queries
from keepwell.web.administration.forms import Invitation
from keepwell.web.administration.presenters import held, role_lines
from keepwell.web.administration.rules import cannot_see_people
from keepwell.web.nhsuk.words import in_sentence
from keepwell.web.places.queries import inside
from keepwell.web.places.refusals import why_not


def _people_here(request: HttpRequest, place: str) -> Standing:
    here = here_or_404(request, place)
    if cannot_see_people(here) is not None:
        raise Http404
    return here


@signed_in
@never_cache
@require_safe
def people(request: HttpRequest, place: str) -> HttpResponse:
    """Everybody with a role at a place or in its parts, and what waits for a second person."""
    here = _people_here(request, place)
    by = person(request)
    lines = [held(by, grant) for grant in queries.held_at(here.place)]
    told = {
        "place": here.place,
        "waiting": [line for line in lines if line.waits],
        "lines": [line for line in lines if not line.waits],
        "ended": queries.ended_at(here.place)[:20],
        "may_invite": MANAGE_PEOPLE in here.abilities,
        "wide": True,
    }
    return render(request, "administration/people.html.j2", told)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, place: str) -> HttpResponse:
    """Invite somebody and give them a role, or give one to somebody who is here already."""
    here = here_or_404(request, place, MANAGE_PEOPLE)
    by = person(request)
    roles, places = queries.roles_to_give(by, here.place), inside(here.place)
    form = Invitation(request.POST or None, roles=roles, places=places, initial={"place": here.place})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = actions.invite_to(
                email=said["email"],
                name=said["name"],
                role=said["role"],
                place=said["place"],
                until=said["until"],
                by=by,
            )
        except KeepwellError as refusal:
            form.tell(refusal)
        else:
            waits = made.in_force_at is None
            messages.success(
                request,
                f"{made.user.name} is to be {in_sentence(made.role.name)} at {said['place'].name}."
                + (" A second person has to confirm it first." if waits else " They get an email with a link."),
            )
            return redirect("people", place=here.place.slug)
    return render(request, "administration/invite.html.j2", {"place": here.place, "form": form}, status=_status(form))


def _status(form: Invitation) -> int:
    return 422 if form.is_bound and form.errors else 200


def _grant_here(request: HttpRequest, place: str, number: int) -> tuple[Standing, Grant]:
    here = _people_here(request, place)
    grant = queries.grant_at(here.place, number)
    if grant is None:
        raise Http404
    return here, grant


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """The second person says yes to exact figures."""
    here, grant = _grant_here(request, place, number)
    reason = cannot_confirm(person(request), grant)
    if request.method == "POST" and reason is None:
        reason = why_not(lambda: actions.confirm(grant=grant, by=person(request)))
        if reason is None:
            messages.success(request, f"{grant.user.name} may now see exact figures of {here.place.controller}.")
            return redirect("people", place=here.place.slug)
    told = {"place": here.place, "grant": grant, "reason": reason}
    return render(request, "administration/confirm.html.j2", told, status=409 if request.method == "POST" else 200)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Take a role away, or do not confirm it."""
    here, grant = _grant_here(request, place, number)
    reason = cannot_end(person(request), grant)
    if request.method == "POST" and reason is None:
        reason = why_not(lambda: actions.end(grant=grant, by=person(request)))
        if reason is None:
            messages.success(
                request, f"{grant.user.name} is no longer {in_sentence(grant.role.name)} at {grant.place}."
            )
            return redirect("people", place=here.place.slug)
    told = {"place": here.place, "grant": grant, "reason": reason}
    return render(request, "administration/end.html.j2", told, status=409 if request.method == "POST" else 200)


@signed_in
@require_POST
def invite_again(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Another link for somebody who has not accepted yet."""
    here, grant = _grant_here(request, place, number)
    try:
        actions.invite_again(user=grant.user, by=person(request))
        messages.success(request, f"{grant.user.name} gets another email with a link.")
    except KeepwellError as refusal:
        messages.warning(request, refusal.wrong)
    return redirect("people", place=here.place.slug)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_second_step_away(request: HttpRequest, number: int) -> HttpResponse:
    """For somebody who has lost both the app and the recovery codes."""
    by = person(request)
    if cannot_on_site(by, MANAGE_PEOPLE) is not None:
        raise Http404
    user = get_object_or_404(User, pk=number)
    reason = cannot_take_second_step(by, user)
    if request.method == "POST" and reason is None:
        reason = why_not(lambda: actions.take_second_step_away(user=user, by=by))
        if reason is None:
            messages.success(request, f"{user.name} signs in by the password alone, and is told.")
            return redirect("site_people")
    told = {"user_shown": user, "reason": reason}
    return render(request, "administration/second_step.html.j2", told, status=409 if request.method == "POST" else 200)


@signed_in
@never_cache
@require_safe
def site_people(request: HttpRequest) -> HttpResponse:
    """Everybody with an account, for those who look after the whole site."""
    by = person(request)
    if cannot_on_site(by, MANAGE_PEOPLE) is not None:
        raise Http404
    people = [(user, cannot_close(by, user)) for user in queries.accounts()]
    return render(request, "administration/site_people.html.j2", {"people": people, "wide": True})


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Close an account: its roles end."""
    by = person(request)
    if cannot_on_site(by, MANAGE_PEOPLE) is not None:
        raise Http404
    user = get_object_or_404(User, pk=number)
    reason = cannot_close(by, user)
    if request.method == "POST" and reason is None:
        reason = why_not(lambda: actions.close_account(user=user, by=by))
        if reason is None:
            messages.success(request, f"The account of {user.name} is closed.")
            return redirect("site_people")
    told = {"user_shown": user, "reason": reason}
    return render(request, "administration/close.html.j2", told, status=409 if request.method == "POST" else 200)


@signed_in
@require_safe
def site_roles(request: HttpRequest) -> HttpResponse:
    """The table of roles, for everybody who has an account: who may do what is no secret."""
    return render(request, "administration/roles.html.j2", {"roles": role_lines(Role.objects.all()), "wide": True})
