"""Which place above sees what we agreed on, and how much of it?"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from keepwell.web.accounts.abilities import RELEASE
from keepwell.web.accounts.gate import person, signed_in, theirs_or_404
from keepwell.web.accounts.rules import cannot
from keepwell.web.assessments import actions, presenters, queries
from keepwell.web.assessments.forms import ReleaseTo
from keepwell.web.assessments.models import Round
from keepwell.web.assessments.rules import cannot_release, cannot_withdraw
from keepwell.web.assessments.views import round_here
from keepwell.web.places.refusals import NotAllowed


def _to_release(request: HttpRequest, place: str, number: int) -> Round:
    """The round, for whoever releases at its place."""
    round = round_here(request, place, number)
    return theirs_or_404(round, cannot(person(request), RELEASE, round.place))


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def release_rating(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Let a place above see what was agreed, and say before exactly what it will see."""
    round, by = _to_release(request, place, number), person(request)
    above = {one: cannot_release(by, round, one) for one in queries.above_of(round.place)}
    open_to = {one.slug: one for one, reason in above.items() if reason is None}
    form = ReleaseTo(open_to.values(), request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        to, with_notes = open_to[form.cleaned_data["to"]], form.cleaned_data["notes"] == "with"
        try:
            actions.release(round=round, to=to, with_notes=with_notes, by=by)
        except NotAllowed as refusal:
            form.tell(refusal)
        else:
            messages.success(request, f"{to.name} sees it from now on.")
            return redirect("agreed", place=round.place.slug, number=round.pk)
    line = queries.line_of(round)
    told = {
        "place": round.place,
        "round": round,
        "of": round.content,
        "form": form,
        "open_to": open_to,
        "reasons": list(dict.fromkeys(reason for reason in above.values() if reason)),
        "noted": sum(bool(answer.note) for answer in queries.answers_of(round).values()),
        "counts": presenters.counts_in_words(round.content, line.ratings),
        "shown": queries.shown_now(round),
    }
    return render(request, "assessments/release.html.j2", told, status=422 if form.errors else 200)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_rating(request: HttpRequest, place: str, number: int, shown: int) -> HttpResponse:
    """Show it to that place no longer."""
    round, by = _to_release(request, place, number), person(request)
    found = round.shown.select_related("to", "round__place").filter(pk=shown).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        try:
            actions.withdraw(shown=found, by=by)
        except NotAllowed as refusal:
            messages.warning(request, refusal.wrong)
        else:
            messages.success(request, f"{found.to.name} does not see it any more.")
        return redirect("agreed", place=round.place.slug, number=round.pk)
    told = {"place": round.place, "round": round, "shown": found, "cannot_withdraw": cannot_withdraw(by, found)}
    return render(request, "assessments/withdraw.html.j2", told)
