"""Where do the plans of all below not add up, and what is answered to what they want?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from keepwell.errors import KeepwellError
from keepwell.web.accounts.gate import person, signed_in, theirs_or_404
from keepwell.web.alignment import actions, gap_presenters, gap_queries, reply_queries, rules
from keepwell.web.alignment.gap_presenters import Gaps
from keepwell.web.alignment.models import Reply
from keepwell.web.alignment.reply_forms import ReplyForm
from keepwell.web.alignment.views import combined_here
from keepwell.web.assessments.gap_rules import GP_PLACES
from keepwell.web.library.queries import offers_for
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Action
from keepwell.web.plans.presenters import title_of

AT_MOST = 50
"""So many of a kind are shown at once; the number of all of them is said."""


def gaps_of(place: Place) -> Gaps:
    """Everything that does not add up at a place."""
    served = gap_queries.served_at(place)
    return Gaps(
        gap_queries.aims_without(place, served),
        gap_queries.reds_without(place, served),
        gap_queries.wanted_from(place),
        gap_queries.paid_twice(place),
    )


@signed_in
@never_cache
@require_safe
def alignment(request: HttpRequest, place: str) -> HttpResponse:
    """Both ways: what has no action below, and what below has no support from above."""
    here = combined_here(request, place).place
    gaps = gaps_of(here)
    offers = {offer.key: offer.title for offer in offers_for(here)}
    asked = [*gaps.unanswered, *gaps.not_now]
    told = {
        "place": here,
        "answer": gap_presenters.gaps_in_words(here, gaps),
        "gaps": gaps,
        "explained": reverse("aims", args=[here.slug]) if here.kind in GP_PLACES else "",
        "has_aims": gap_queries.has_aims(here),
        "aims": gap_presenters.aim_rows(gaps.without, here, person(request)),
        "reds": [(red.topic.title, gap_presenters.names_of(red.places), len(red.places)) for red in gaps.reds],
        "asked": gap_presenters.asks_of(asked[:AT_MOST], here),
        "asked_of": len(asked),
        "supported": gap_presenters.asks_of(gaps.supported[:AT_MOST], here),
        "twice": gap_presenters.doubly_of(gaps.twice[:AT_MOST], offers),
        "cannot_answer": rules.cannot_lead(person(request), here),
    }
    return render(request, "alignment/alignment.html.j2", told)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reply_to_action(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Answer what an action below wants. Where somebody was quicker, their answer stands beside what was typed."""
    here, by = combined_here(request, place).place, person(request)
    action = theirs_or_404(found := reply_queries.wanting(here, number), _refused(request, found, here))
    now = reply_queries.reply_of(action, here)
    form = ReplyForm(request.POST or None, initial=_as_answered(now), actions=list(reply_queries.could_support(here)))
    known = form["known"].value()
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.reply(
                action=action,
                place=here,
                state=said["state"],
                words=said["words"],
                above=form.above_chosen(),
                known=said["known"],
                by=by,
            )
        except KeepwellError as refusal:
            form.tell(refusal)
            now = reply_queries.reply_of(action, here)
            known = now.version if now else ""
        else:
            messages.success(request, f"{action.plan.place.name} can read your answer now.")
            return redirect(f"{reverse('combined_alignment', args=[here.slug])}#wishes")
    told = {
        "place": here,
        "asks": gap_presenters.asks_of([gap_queries.Wanted(action, ())], here)[0],
        "form": form,
        "known": known if known is not None else "",
        "now": gap_presenters.now_in_words(now) if now else "",
        "written": now,
    }
    refused = form.is_bound and bool(form.errors)
    return render(request, "alignment/reply.html.j2", told, status=422 if refused else 200)


def _refused(request: HttpRequest, action: Action | None, place: Place) -> str | None:
    return rules.cannot_reply(person(request), action, place) if action is not None else None


def _as_answered(now: Reply | None) -> dict[str, object]:
    if now is None:
        return {}
    above = str(now.action_above_id or "")
    return {"state": now.state, "above": above, "words": now.words, "known": now.version}


@signed_in
@never_cache
@require_safe
def action_answers(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """What an action wants from above, and what was answered: for whoever sees that action."""
    user = person(request)
    found = Action.objects.select_related("plan__place__controller", "owner")
    action = found.filter(pk=number, plan__place__slug=place).first()
    action = theirs_or_404(action, rules.cannot_see_replies(user, action) if action else None)
    told = {
        "place": action.plan.place,
        "action": action,
        "title_of_action": title_of(action),
        "answers": [gap_presenters.answered(reply) for reply in reply_queries.replies_to(action)],
        "action_href": reverse("action", args=[action.plan.place.slug, action.pk]),
    }
    return render(request, "alignment/action_answers.html.j2", told)
