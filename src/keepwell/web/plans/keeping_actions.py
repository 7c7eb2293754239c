"""What is said of a plan, and which documents stand beside it?"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.audit.actions import record
from keepwell.web.audit.models import Kind
from keepwell.web.places.refusals import refuse
from keepwell.web.plans import documents, rules, store
from keepwell.web.plans.actions import held
from keepwell.web.plans.models import Action, Attachment, Comment, Plan
from keepwell.web.uploads.quarantine import clean_name


@transaction.atomic
def comment(*, plan: Plan, action: Action | None, words: str, by: User) -> Comment:
    """Say something of a plan, or of one action of it. Raises NotAllowed where the rules say no."""
    refuse(rules.cannot_comment(by, plan, action), found="a comment")
    refuse(None if words.strip() else "There are no words in it.", found="an empty comment", attempt="write something")
    return Comment.objects.create(plan=plan, action=action, words=words.strip(), by=by)


@transaction.atomic
def take_back(*, comment: Comment, by: User) -> Comment:
    """Take back what one said: its words are deleted, that something was said stays."""
    refuse(rules.cannot_take_back(by, comment), found="a comment")
    comment.words, comment.taken_back_at = "", timezone.now()
    comment.save(update_fields=["words", "taken_back_at"])
    return comment


def attach(*, plan: Plan, action: Action | None, name: str, content: bytes, by: User) -> Attachment:
    """Set a document beside a plan, or beside one action of it. It is on the disk before the row that names it.

    Raises NotAllowed where the rules say no, DocumentRefused for a document that is not taken.
    """
    refuse(rules.cannot_attach(by, plan, action), found="a document")
    kind = documents.kind_of(content, name)
    kept_as, sha256 = store.keep(content)
    with transaction.atomic():
        plan = held(plan)
        there = Attachment.in_use().filter(plan=plan).count()
        full = f"There are {documents.MOST} documents beside this plan already."
        refuse(full if there >= documents.MOST else None, found=f"{there}", attempt="take one away first")
        return Attachment.objects.create(
            plan=plan,
            action=action,
            name=clean_name(name),
            kind=kind,
            size=len(content),
            sha256=sha256,
            kept_as=kept_as,
            by=by,
        )


@transaction.atomic
def detach(*, attachment: Attachment, by: User) -> Attachment:
    """Take a document away: nobody is given it any more. That it stood there stays on record."""
    refuse(rules.cannot_detach(by, attachment), found="a document")
    attachment.removed_by, attachment.removed_at = by, timezone.now()
    attachment.save(update_fields=["removed_by", "removed_at"])
    place, about = attachment.plan.place, f"Document {attachment.pk} of plan {attachment.plan_id} taken away"
    record(by=by, kind=Kind.CHANGED, what="Plan", place=place, about=about)
    return attachment
