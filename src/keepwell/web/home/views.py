"""What does somebody see first, and what may everybody read?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from keepwell.web.accounts.gate import person
from keepwell.web.accounts.queries import is_set_up
from keepwell.web.home import queries
from keepwell.web.home.presenters import my_places, site_roles, waiting_for
from keepwell.web.home.rules import cannot_name_organisation


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The way in: to the first run, to signing in, or to one's own places."""
    if not request.user.is_authenticated:
        return redirect("account_login" if is_set_up() else "first_run")
    user = person(request)
    roles = site_roles(user)
    told = {
        "places": my_places(user),
        "site_roles": roles,
        "organisations": queries.organisations() if roles else [],
        "waiting": waiting_for(user),
        "unfinished": cannot_name_organisation(user) is None,
    }
    return render(request, "home/home.html.j2", told)


@require_safe
def not_for(request: HttpRequest) -> HttpResponse:
    """What Keepwell is, and what it must not be used for."""
    return render(request, "home/about.html.j2")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The notice to the member of staff whose records are used."""
    return render(request, "home/privacy.html.j2")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "home/accessibility.html.j2")


@never_cache
@require_safe
def healthy(request: HttpRequest) -> HttpResponse:
    """Whether the site works, in one word and nothing more."""
    well = queries.healthy()
    return HttpResponse("ok\n" if well else "not well\n", "text/plain; charset=utf-8", 200 if well else 503)
