"""Who has seen and taken what of this place?"""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from keepwell.web.accounts.abilities import SEE_REGISTER
from keepwell.web.accounts.gate import here_or_404, person, signed_in
from keepwell.web.audit.models import Kind
from keepwell.web.audit.presenters import chain_in_words, in_words, line, this_month
from keepwell.web.audit.queries import chain_end, entries, seen, verify

LINES_A_PAGE = 50
CHECKED = 1000
"""Entries that a page looks over each time."""


@signed_in
@never_cache
@require_safe
def register(request: HttpRequest, place: str) -> HttpResponse:
    """This month in one sentence, then every entry, newest first, by kind and by exactness."""
    here = here_or_404(request, place, SEE_REGISTER)
    by = person(request)
    kinds = [kind for kind in request.GET.getlist("kind") if kind in Kind.values]
    exact = True if request.GET.get("exact") == "yes" else None
    found = entries(by, here.place, kinds=kinds, exact=exact).order_by("-number")
    page = Paginator(found, LINES_A_PAGE).get_page(request.GET.get("page"))
    chosen = [("kind", kind) for kind in kinds] + ([("exact", "yes")] if exact else [])
    told = {
        "place": here.place,
        "summary": in_words(seen(by, here.place, this_month())),
        "chain": chain_in_words(verify(newest=CHECKED), chain_end().count, newest=CHECKED),
        "checked_at": timezone.now().astimezone(dt.UTC),
        "page": page,
        "lines": [line(event) for event in page],
        "kinds": Kind.choices,
        "chosen": kinds,
        "exact": exact,
        "address": f"?{urlencode([*chosen, ('page', '')])}",
        "wide": True,
    }
    return render(request, "administration/register.html.j2", told)
