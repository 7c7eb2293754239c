"""What is said beside a plan, which documents stand there, and how did it come to be as it is?"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from keepwell.web.accounts.gate import person, signed_in, theirs_or_404
from keepwell.web.exports.responses import document_as_download
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans import actions, documents, keeping_actions, queries, rules, store
from keepwell.web.plans.documents import DocumentRefused
from keepwell.web.plans.keeping_forms import Document, Words
from keepwell.web.plans.keeping_queries import attachments_of, changes_of, comments_on
from keepwell.web.plans.models import Action, Attachment, Comment, Plan, Version
from keepwell.web.plans.store import DocumentLost

READ_AND_WRITE = ["GET", "HEAD", "POST"]
COMMENT, DOCUMENT = "comment", "document"


def _plan(request: HttpRequest, place: str, number: int) -> Plan:
    found = Plan.objects.select_related("place__controller").filter(place__slug=place, pk=number).first()
    return theirs_or_404(found, rules.cannot_see_plan(person(request), found) if found else None)


def _action(request: HttpRequest, place: str, number: int) -> Action:
    found = Action.objects.select_related("plan__place__controller").filter(plan__place__slug=place, pk=number).first()
    return theirs_or_404(found, rules.cannot_see_action(person(request), found) if found else None)


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def plan_talk(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Comments on a plan, and the documents beside it."""
    return _talk(request, _plan(request, place, number), None)


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def action_talk(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Comments on one action, and the documents beside it."""
    action = _action(request, place, number)
    return _talk(request, action.plan, action)


def _talk(request: HttpRequest, plan: Plan, action: Action | None) -> HttpResponse:
    by, sent = person(request), request.POST.get("what") if request.method == "POST" else None
    words = Words(request.POST if sent == COMMENT else None, prefix=COMMENT)
    document = Document(*((request.POST, request.FILES) if sent == DOCUMENT else ()), prefix=DOCUMENT)
    if sent == COMMENT and words.is_valid() and _said(request, plan, action, words):
        return _back(plan, action)
    if sent == DOCUMENT and document.is_valid() and _attached(request, plan, action, document):
        return _back(plan, action)
    told = {
        "place": plan.place,
        "plan": plan,
        "action": action,
        "sees_plan": rules.cannot_see_plan(by, plan) is None,
        "comments": [(one, rules.cannot_take_back(by, one)) for one in comments_on(plan, action)],
        "attachments": [(one, rules.cannot_detach(by, one)) for one in attachments_of(plan, action)],
        "words": words,
        "document": document,
        "forms": [words, document],
        "cannot_attach": rules.cannot_attach(by, plan, action),
    }
    status = 422 if words.errors or document.errors else 200
    return render(request, "plans/talk.html.j2", told, status=status)


def _said(request: HttpRequest, plan: Plan, action: Action | None, form: Words) -> bool:
    try:
        keeping_actions.comment(plan=plan, action=action, words=form.cleaned_data["words"], by=person(request))
    except NotAllowed as refusal:
        form.tell(refusal, "words")
        return False
    messages.success(request, "Your comment stands there.")
    return True


def _attached(request: HttpRequest, plan: Plan, action: Action | None, form: Document) -> bool:
    sent = form.cleaned_data["document"]
    try:
        content = sent.read(documents.LARGEST + 1)
        keeping_actions.attach(plan=plan, action=action, name=sent.name, content=content, by=person(request))
    except (NotAllowed, DocumentRefused) as refusal:
        form.tell(refusal, "document")
        return False
    messages.success(request, "The document is attached.")
    return True


def _back(plan: Plan, action: Action | None) -> HttpResponse:
    if action is None:
        return redirect("plan_talk", place=plan.place.slug, number=plan.pk)
    return redirect("action_talk", place=plan.place.slug, number=action.pk)


@signed_in
@require_http_methods(["POST"])
def take_back_comment(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Take back what one said."""
    found = Comment.objects.select_related("plan__place", "action").filter(plan__place__slug=place, pk=number).first()
    if found is None or rules.cannot_comment(person(request), found.plan, found.action) is not None:
        raise Http404
    try:
        keeping_actions.take_back(comment=found, by=person(request))
    except NotAllowed as refusal:
        messages.warning(request, refusal.wrong)
    return _back(found.plan, found.action)


def _attachment(request: HttpRequest, place: str, number: int) -> Attachment:
    found = Attachment.objects.select_related("plan__place__controller", "action__plan__place__controller")
    one = found.filter(plan__place__slug=place, pk=number).first()
    return theirs_or_404(one, rules.cannot_open(person(request), one) if one else None)


@signed_in
@never_cache
@require_safe
def plan_document(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """A document, to whoever sees what it stands beside; what was changed on the disk is given to nobody."""
    found = _attachment(request, place, number)
    try:
        content = store.content_of(found)
    except DocumentLost as lost:
        told = {"place": found.plan.place, "error": lost, "attachment": found}
        return render(request, "plans/document_lost.html.j2", told, status=410)
    what, content_type = "Document beside a plan", documents.TYPES[found.kind]
    return document_as_download(request, content, what, found.name, content_type, found.plan.place)


@signed_in
@require_http_methods(["POST"])
def remove_document(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Take a document away."""
    found = _attachment(request, place, number)
    try:
        keeping_actions.detach(attachment=found, by=person(request))
    except NotAllowed as refusal:
        messages.warning(request, refusal.wrong)
    else:
        messages.success(request, "The document is taken away.")
    return _back(found.plan, found.action)


@signed_in
@never_cache
@require_safe
def plan_history(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Every change of a plan's own words, and what was taken out of it; for those who write it."""
    plan = _plan(request, place, number)
    return _history(request, plan, None)


@signed_in
@never_cache
@require_safe
def action_history(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Every change of one action; for those who write the plan."""
    action = _action(request, place, number)
    return _history(request, action.plan, action)


def _history(request: HttpRequest, plan: Plan, action: Action | None) -> HttpResponse:
    by = person(request)
    if rules.cannot_see_drafts(by, plan) is not None:
        raise Http404
    told = {
        "place": plan.place,
        "plan": plan,
        "action": action,
        "changes": changes_of(plan, action, by=by),
        "taken_out": [] if action else queries.taken_out(plan),
        "cannot_write": rules.cannot_write(by, plan),
    }
    return render(request, "plans/history.html.j2", told)


@signed_in
@never_cache
@require_http_methods(READ_AND_WRITE)
def restore_version(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Write what stood there once as a new version: asked once more, with both beside each other."""
    found = Version.objects.select_related("plan__place__controller", "action__plan__place__controller", "changed_by")
    version = found.filter(plan__place__slug=place, pk=number).first()
    if version is None or rules.cannot_see_drafts(person(request), version.plan) is not None:
        raise Http404
    thing = version.action or version.plan
    if request.method == "POST":
        return _restored(request, version)
    told = {
        "place": version.plan.place,
        "plan": version.plan,
        "action": version.action,
        "version": version,
        "known": thing.version,
        "change": next(
            (one for one in changes_of(version.plan, version.action, by=person(request)) if one.version == version),
            None,
        ),
        "cannot_write": rules.cannot_write(person(request), version.plan),
    }
    return render(request, "plans/restore.html.j2", told)


def _restored(request: HttpRequest, version: Version) -> HttpResponse:
    known = request.POST.get("known", "")
    try:
        actions.restore(version=version, known=int(known) if known.isdecimal() else 0, by=person(request))
    except NotAllowed as refusal:
        messages.warning(request, refusal.wrong)
        return redirect("restore_version", place=version.plan.place.slug, number=version.pk)
    messages.success(request, "What stood there stands there again.")
    if version.action is None:
        return redirect("plan_history", place=version.plan.place.slug, number=version.plan_id)
    return redirect("action_history", place=version.plan.place.slug, number=version.action_id)


@signed_in
@require_http_methods(["POST"])
def put_back(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Put back an action that was taken out."""
    action = _action(request, place, number)
    theirs_or_404(action, rules.cannot_see_drafts(person(request), action.plan))
    try:
        actions.put_back(action=action, by=person(request))
    except NotAllowed as refusal:
        messages.warning(request, refusal.wrong)
    else:
        messages.success(request, "The action is in the plan again.")
    return redirect("plan_history", place=action.plan.place.slug, number=action.plan_id)
