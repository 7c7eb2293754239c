"""Which ways to retire are there for me? For everybody, without an account; nothing is kept."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from keepwell.content.flexible_requests import retirement_options as content
from keepwell.errors import counted
from keepwell.web.flexible.retirement_forms import CaseForm
from keepwell.web.flexible.retirement_queries import (
    CHECK,
    MAY,
    NO,
    NOT_YET,
    Case,
    Found,
    ages_of,
    options_for,
    section_of,
)

TAGS = {
    MAY: ("good", "May be open to you"),
    CHECK: ("watch", "Check"),
    NOT_YET: ("none", "Not yet"),
    NO: ("none", "Not open"),
}


@never_cache
@require_safe
def retirement_options(request: HttpRequest) -> HttpResponse:
    """The guide's six ways to retire bit by bit, for a section and an age."""
    form = CaseForm(request.GET if "section" in request.GET or "age" in request.GET else None)
    case = form.case() if form.is_bound and form.is_valid() else None
    today = timezone.localdate()
    found = options_for(case, today) if case else []
    told = {
        "form": form,
        "case": case,
        "section": section_of(case.section) if case else None,
        "ages": ages_of(case, today) if case else None,
        "answer": _in_words(case, found) if case else "",
        "found": [(one, TAGS[one.whether]) for one in found],
        "content": content(),
    }
    wrong = form.is_bound and bool(form.errors)
    return render(request, "flexible/retirement.html.j2", told, status=422 if wrong else 200)


def _in_words(case: Case, found: list[Found]) -> str:
    """How many ways may be open, and how many are to be checked."""
    may = sum(one.whether == MAY for one in found)
    check = sum(one.whether == CHECK for one in found)
    where = f"{section_of(case.section).title}, aged {case.age}"
    also = f"; {check} {'is' if check == 1 else 'are'} to be checked" if check else ""
    return f"{may} of {counted(len(found), 'way')} to retire bit by bit may be open to you ({where}){also}."
