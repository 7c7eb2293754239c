"""Who may open which address? Every address of the site has its row; the walk in test_urls.py holds the site to it.

A new address needs a row here, said by whoever adds it:

    "compare": at_place(SEE_FIGURES),                     a place in the address, and the ability that opens it there
    "people": at_place((MANAGE_PEOPLE, CONFIRM_GRANTS)),  either of two; ANY_ROLE is any role at all
    "measure": at_place(SEE_FIGURES, measure="fte"),      what else stands in the address
    "load": at_place(LOAD_DATA, given=a_load),            … and has to be made first, at Northmoor: see `given`, `seen_at`
    "sites": on_site(EDIT_PLACES),                        for a role on the whole site
    "my_account": signed_in(),                            anybody who is signed in
    "privacy": public(),                                  everybody

`says` are the statuses that those get who may, asking for the page: 200 unless the row says otherwise. Who may not gets
404, the same page as for what does not exist; who is not signed in is sent to sign in, whether there is something or not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cast import System
from django.utils import timezone

from keepwell.web.accounts.abilities import (
    CONFIRM_GRANTS,
    DECIDE_REQUESTS,
    EDIT_PLACES,
    LEAD_ASSESSMENTS,
    LEAD_PLANS,
    LOAD_DATA,
    LOAD_PUBLISHED,
    MANAGE_PEOPLE,
    RATE,
    RELEASE,
    RUN_SUPPORT,
    SEE_FIGURES,
    SEE_REGISTER,
    SET_TARGETS,
    SHARE_UPWARD,
    WRITE_PLANS,
)
from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.alignment.models import Allocation, NeedPart, WorkforceTarget
from keepwell.web.assessments.models import Round, Shown
from keepwell.web.designing.models import Stakeholder
from keepwell.web.flexible.models import Request
from keepwell.web.following.models import Unit, WeDid
from keepwell.web.library.models import LocalCase
from keepwell.web.library.models import Shared as SharedCase
from keepwell.web.papers.models import Brought, Paper
from keepwell.web.plans.models import Action, Attachment, Comment, Helper, Plan, Version
from keepwell.web.plans.models import Shown as ShownPlan
from keepwell.web.releases.models import Release
from keepwell.web.uploads.models import READY, Upload

Given = Callable[[System], Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """`abilities` are those that open it at a place or on the site, each alone; all roles do where there are none.

    `place` is how the place is called in the address. `given` makes what else stands in the address, at Northmoor;
    `seen_at` are the places of the walk at which that can be opened, where these are not all that a role reaches;
    `exact` is for pages that only roles under the policy "internal" see.
    """

    who: Literal["public", "signed in", "at place", "on site"]
    abilities: tuple[str, ...] = ()
    says: tuple[int, ...] = (200,)
    signed_out: tuple[int, ...] = (302,)
    place: str = "place"
    parts: Mapping[str, Any] = field(default_factory=dict)
    given: Given | None = None
    seen_at: tuple[str, ...] = ()
    exact: bool = False

    def arguments(self, here: System) -> dict[str, Any]:
        """What stands in the address besides the place."""
        return {**self.parts, **(self.given(here) if self.given else {})}


def public(*says: int, signed_out: tuple[int, ...] = (200,), **parts: Any) -> Row:
    return Row("public", says=says or (200,), signed_out=signed_out, parts=parts)


def signed_in(*says: int, **parts: Any) -> Row:
    return Row("signed in", says=says or (200,), parts=parts)


def at_place(
    ability: str | tuple[str, ...],
    *says: int,
    place: str = "place",
    given: Given | None = None,
    seen_at: tuple[str, ...] = (),
    exact: bool = False,
    **parts: Any,
) -> Row:
    abilities = (ability,) if isinstance(ability, str) else ability
    return Row(
        "at place", abilities, says or (200,), place=place, parts=parts, given=given, seen_at=seen_at, exact=exact
    )


def on_site(ability: str, *says: int, given: Given | None = None, **parts: Any) -> Row:
    return Row("on site", (ability,), says or (200,), given=given, parts=parts)


ANY_ROLE = ()
ITSELF = ("own",)
IN_IT = ("own", "directorate inside", "team inside")
DEAD = "no-link-of-ours"


def somebody_else() -> User:
    return User.objects.get_or_create(email="somebody.else@example.org", defaults={"name": "Somebody else"})[0]


def an_account(here: System) -> dict[str, Any]:
    return {"number": somebody_else().pk}


def a_grant(here: System) -> dict[str, Any]:
    role = Role.objects.get(key="hr_analyst")
    made, _ = Grant.objects.get_or_create(user=somebody_else(), role=role, place=here.northmoor)
    return {"number": made.pk}


def a_release(here: System) -> dict[str, Any]:
    told = {"to": here.icb, "policy": "nhs", "tables": [["staff_group"]], "first": "2025-10"}
    told |= {"source": "esr_staff_in_post", "drafted_by": somebody_else()}
    made, _ = Release.objects.get_or_create(place=here.northmoor, audience="to Moorland", defaults=told)
    return {"number": made.pk}


def an_upload(here: System) -> dict[str, Any]:
    looked = {"format": "nhs_turnover", "title": "Turnover", "people": False, "likely_format": "nhs_turnover"}
    looked |= {"headings": [], "missing": [], "can_be_left_out": [], "left_out": [], "check": None}
    looked |= {"refusal": ["wrong", "found", "attempt"]}
    told = {"size": 1, "sha256": "0" * 64, "state": READY, "looked": looked, "published": True}
    made, _ = Upload.objects.get_or_create(place=here.northmoor, name="a file.csv", defaults=told)
    return {"number": made.pk}


def a_workshop(here: System) -> dict[str, Any]:
    """One under way: before it is agreed only those who take part see it."""
    told = {"place": here.northmoor, "assessment": "what_good_looks_like"}
    made, _ = Round.objects.get_or_create(**told, defaults={"started_by": somebody_else()})
    return {"number": made.pk}


def a_side(here: System) -> dict[str, Any]:
    return {**a_workshop(here), "side": "board"}


def a_list(here: System) -> dict[str, Any]:
    told = {"started_by": somebody_else()}
    made, _ = Round.objects.get_or_create(
        place=here.northmoor, assessment="exit_planning_list", state=Round.OPEN, defaults=told
    )
    return {"number": made.pk}


def an_agreed_list(here: System) -> dict[str, Any]:
    told = {"started_by": somebody_else(), "agreed_by": somebody_else(), "agreed_at": timezone.now()}
    made, _ = Round.objects.get_or_create(
        place=here.northmoor, assessment="exit_planning_list", state=Round.AGREED, defaults=told
    )
    return {"number": made.pk}


def a_handed_list(here: System) -> dict[str, Any]:
    told = {"started_by": somebody_else(), "agreed_by": somebody_else(), "agreed_at": timezone.now()}
    of, _ = Round.objects.get_or_create(
        place=here.icb, assessment="exit_planning_list", state=Round.AGREED, defaults=told
    )
    made, _ = Shown.objects.get_or_create(round=of, to=here.northmoor, defaults={"released_by": somebody_else()})
    return {"number": made.pk}


def a_case(here: System) -> dict[str, Any]:
    """One that is shown: a draft is seen only by those who write."""
    by = somebody_else()
    told = {"state": "shown", "written_by": by, "changed_by": by, "shown_at": timezone.now(), "setting": "trust"}
    made, _ = LocalCase.objects.get_or_create(place=here.northmoor, title="A case", defaults=told)
    return {"kind": "cases", "number": made.pk}


def a_shared_case(here: System) -> dict[str, Any]:
    case = LocalCase.objects.get(pk=a_case(here)["number"])
    told = {"content": case.content, "version": 1, "shared_by": somebody_else()}
    made, _ = SharedCase.objects.get_or_create(case=case, to=here.icb, defaults=told)
    return {**a_case(here), "shared": made.pk}


PEOPLE = (MANAGE_PEOPLE, CONFIRM_GRANTS)
LOADS = (LOAD_DATA, LOAD_PUBLISHED)
SEES_PRACTICE = (SEE_FIGURES, RATE, LEAD_ASSESSMENTS)
SEES_LIBRARY = (SEE_FIGURES, WRITE_PLANS)


def a_round(here: System, assessment: str, state: str) -> Round:
    by = somebody_else()
    told = {"started_by": by, "laid_open_by": by, "laid_open_at": timezone.now()}
    told |= {"agreed_by": by, "agreed_at": timezone.now()} if state == Round.AGREED else {}
    return Round.objects.get_or_create(place=here.northmoor, assessment=assessment, state=state, defaults=told)[0]


def being_rated(here: System) -> dict[str, Any]:
    return {"number": a_round(here, "retention_traffic_light", Round.OPEN).pk}


def a_topic(here: System) -> dict[str, Any]:
    return {**being_rated(here), "item": "culture"}


def talked_over(here: System) -> dict[str, Any]:
    return {"number": a_round(here, "wellbeing_diagnostic", Round.TALKING).pk}


def agreed_on(here: System) -> dict[str, Any]:
    return {"number": a_round(here, "retention_traffic_light", Round.AGREED).pk}


def shown_above(here: System) -> dict[str, Any]:
    found = agreed_on(here)
    told = {"released_by": somebody_else()}
    return {
        **found,
        "shown": Shown.objects.get_or_create(round_id=found["number"], to=here.icb, defaults=told)[0].pk,
    }


def shown_to_it(here: System) -> dict[str, Any]:
    """A rating that a practice released to the organisation of the walk."""
    told = {"agreed_by": somebody_else(), "started_by": somebody_else()}
    of, _ = Round.objects.get_or_create(
        place=here.practice, assessment="wellbeing_diagnostic", state=Round.AGREED, defaults=told
    )
    made, _ = Shown.objects.get_or_create(round=of, to=here.northmoor, defaults={"released_by": somebody_else()})
    return {"number": made.pk}


def planned(here: System) -> Action:
    """An action under way, in a plan that is agreed."""
    by = somebody_else()
    told = {"state": Plan.AGREED, "agreed_by": by, "agreed_at": timezone.now(), "started_by": by, "changed_by": by}
    plan, _ = Plan.objects.get_or_create(place=here.northmoor, title="Stay well", defaults=told)
    told = {"state": Action.UNDER_WAY, "changed_by": by}
    return Action.objects.get_or_create(plan=plan, what="Ask the staff", defaults=told)[0]


def a_plan(here: System) -> dict[str, Any]:
    return {"number": planned(here).plan_id}


def an_action(here: System) -> dict[str, Any]:
    return {"number": planned(here).pk}


def a_check_in(here: System) -> dict[str, Any]:
    """One that is due, of an action that began a month ago."""
    told = {"state": Action.UNDER_WAY, "changed_by": somebody_else()}
    began = timezone.localdate() - dt.timedelta(days=31)
    found = Action.objects.get_or_create(plan=planned(here).plan, what="Follow it", starts_on=began, defaults=told)
    return {"number": found[0].pk, "key": "1-day_30"}


def a_unit(here: System) -> dict[str, Any]:
    told = {"place": here.ward_7, "said_by": somebody_else()}
    made, _ = Unit.objects.get_or_create(action=planned(here), name="Ward 7", defaults=told)
    return {"number": made.action_id, "unit": made.pk}


def told_to_staff(here: System) -> dict[str, Any]:
    """What was done, as everybody in the organisation sees it."""
    second, _ = User.objects.get_or_create(email="second.person@example.org", defaults={"name": "Second person"})
    told = {
        "place": here.northmoor,
        "worded_by": somebody_else(),
        "approved_by": second,
        "you_said": "x",
        "we_did": "y",
    }
    made, _ = WeDid.objects.get_or_create(action=planned(here), defaults=told | {"approved_at": timezone.now()})
    return {"number": made.pk}


def a_stakeholder(here: System) -> dict[str, Any]:
    """Somebody on the map of a plan."""
    told = {"interest": "high", "influence": "low", "changed_by": somebody_else()}
    row, _ = Stakeholder.objects.get_or_create(plan=planned(here).plan, title="Night staff", defaults=told)
    return {"number": row.plan_id, "row": row.pk}


def a_plan_shown(here: System) -> dict[str, Any]:
    told = {"released_by": somebody_else()}
    of = planned(here).plan
    return {"number": of.pk, "shown": ShownPlan.objects.get_or_create(plan=of, to=here.icb, defaults=told)[0].pk}


def a_helper(here: System) -> dict[str, Any]:
    told = {"asked_by": somebody_else()}
    of = planned(here)
    made, _ = Helper.objects.get_or_create(action=of, user=somebody_else(), defaults=told)
    return {"number": of.pk, "helper": made.pk}


def a_comment(here: System) -> dict[str, Any]:
    told = {"plan": planned(here).plan, "action": None, "by": somebody_else()}
    return {"number": Comment.objects.get_or_create(words="Well said", defaults=told)[0].pk}


def a_document(here: System) -> dict[str, Any]:
    """One whose file is not there."""
    told = {"plan": planned(here).plan, "kind": "pdf", "size": 1, "sha256": "0" * 64, "kept_as": "none"}
    told |= {"by": somebody_else()}
    return {"number": Attachment.objects.get_or_create(name="a paper.pdf", defaults=told)[0].pk}


def a_version(here: System) -> dict[str, Any]:
    told = {"why": "begun", "content": {}, "changed_by": somebody_else()}
    plan = planned(here).plan
    return {"number": Version.objects.get_or_create(plan=plan, action=None, number=1, defaults=told)[0].pk}


SEES_PLANS = (SEE_FIGURES, WRITE_PLANS)


def a_paper(here: System) -> dict[str, Any]:
    """One that somebody else asked for: nobody of the walk sees it."""
    told = {"plan": planned(here).plan, "kind": "plan", "out_format": "docx"}
    return {"number": Paper.objects.get_or_create(place=here.northmoor, asked_by=somebody_else(), defaults=told)[0].pk}


def a_brought_plan(here: System) -> dict[str, Any]:
    """A file that somebody else brought in: nobody of the walk sees it."""
    told = {"name": "plan.docx", "read": {}}
    return {"number": Brought.objects.get_or_create(place=here.northmoor, by=somebody_else(), defaults=told)[0].pk}


def a_wish(here: System) -> dict[str, Any]:
    """An action of a directorate that wants something from above, released to the organisation of the walk."""
    by = somebody_else()
    told = {"state": Plan.AGREED, "agreed_by": by, "agreed_at": timezone.now(), "started_by": by, "changed_by": by}
    plan, _ = Plan.objects.get_or_create(place=here.surgery, title="Ours", defaults=told)
    ShownPlan.objects.get_or_create(plan=plan, to=here.northmoor, defaults={"released_by": by})
    told = {"state": Action.UNDER_WAY, "changed_by": by, "seeks_above": "A room"}
    return {"number": Action.objects.get_or_create(plan=plan, what="Rest breaks", defaults=told)[0].pk}


def an_allocation(here: System) -> dict[str, Any]:
    today = timezone.localdate()
    told = {"amount": 100, "starts_on": today, "ends_on": today, "changed_by": somebody_else()}
    made, _ = Allocation.objects.get_or_create(place=here.northmoor, to=here.surgery, what_for="Rest", defaults=told)
    return {"number": made.pk}


def a_need_part(here: System) -> dict[str, Any]:
    told = {"kind": NeedPart.COUNT, "source": "ESR", "as_of": timezone.localdate(), "changed_by": somebody_else()}
    return {"number": NeedPart.objects.get_or_create(place=here.northmoor, title="Staff", defaults=told)[0].pk}


def a_workforce_target(here: System) -> dict[str, Any]:
    told = {"value": 10, "by": timezone.localdate(), "set_by": "The board", "changed_by": somebody_else()}
    return {"number": WorkforceTarget.objects.get_or_create(place=here.northmoor, measure="fte", defaults=told)[0].pk}


def a_request(here: System) -> dict[str, Any]:
    told = {"kind": "flexible_working", "staff_group": "Students", "asked_on": "2025-04-01", "asked_for": ["job_share"]}
    told |= {"decided_on": "2025-04-02", "outcome": "refused", "reason": "quality", "changed_by": somebody_else()}
    return {"number": Request.objects.get_or_create(place=here.northmoor, reference="R-1", defaults=told)[0].pk}


TABLE: dict[str, Row] = {
    "home": public(signed_out=(302,)),
    "not_for": public(),
    "privacy": public(),
    "accessibility": public(),
    "healthy": public(),
    # Once the site is set up, only whoever looks after it comes back to the first run.
    "first_run": on_site(EDIT_PLACES, 302),
    "first_run_organisation": on_site(EDIT_PLACES, 200, 302),
    "first_run_figures": on_site(EDIT_PLACES, 200, 302),
    "first_run_data": on_site(EDIT_PLACES, 200, 302),
    # Signing in, for those who are not.
    "account_login": public(302),
    "mfa_authenticate": public(302, signed_out=(302,)),
    "account_logout": public(signed_out=(302,)),
    "invitation": public(404, signed_out=(404,), token=DEAD),
    "account_reset_password": public(),
    "password_asked": public(),
    "new_password": public(404, signed_out=(404,), token=DEAD),
    # One's own account. What changes how one signs in asks for the password again.
    "my_account": signed_in(),
    "change_password": signed_in(200, 302),
    "account_reauthenticate": signed_in(200, 302),
    "mfa_reauthenticate": signed_in(200, 302, 403),  # for somebody without a second step
    "mfa_activate_totp": signed_in(200, 302),
    "mfa_deactivate_totp": signed_in(200, 302, 404),
    "mfa_view_recovery_codes": signed_in(200, 302, 404),
    "mfa_generate_recovery_codes": signed_in(200, 302, 404),
    # People, places, releases and the register.
    "site_people": on_site(MANAGE_PEOPLE),
    "close_account": on_site(MANAGE_PEOPLE, given=an_account),
    "take_second_step_away": on_site(MANAGE_PEOPLE, given=an_account),
    "site_roles": signed_in(),
    "site_places": on_site(EDIT_PLACES),
    "add_place": on_site(EDIT_PLACES),
    "people": at_place(PEOPLE),
    "invite": at_place(MANAGE_PEOPLE),
    "invite_again": at_place(PEOPLE, 405, given=a_grant, seen_at=ITSELF),
    "confirm_role": at_place(PEOPLE, given=a_grant, seen_at=ITSELF),
    "end_role": at_place(PEOPLE, given=a_grant, seen_at=ITSELF),
    "place_page": at_place(ANY_ROLE),
    "move_place": at_place(EDIT_PLACES),
    "rename_place": at_place(EDIT_PLACES),
    "place_became": at_place(EDIT_PLACES),
    "releases": at_place(RELEASE, seen_at=ITSELF),
    "prepare_release": at_place(RELEASE, seen_at=ITSELF),
    "release": at_place(RELEASE, given=a_release, seen_at=ITSELF),
    "put_in_force": at_place(RELEASE, 405, given=a_release, seen_at=ITSELF),
    "withdraw_release": at_place(RELEASE, given=a_release, seen_at=ITSELF),
    "register": at_place(SEE_REGISTER),
    # How are we doing: nothing is loaded at Northmoor in the walk.
    "dashboard": at_place(SEE_FIGURES),
    "dashboard_part": at_place(SEE_FIGURES, exact=True, key="reasons"),
    "dashboard_download": at_place(SEE_FIGURES, 404, exact=True, out_format="xlsx"),
    "set_target": at_place(SET_TARGETS, exact=True),
    "end_target": at_place(SET_TARGETS, 405, exact=True, number=1),
    # The numbers: their definitions for anybody who is signed in. Figures to take away only where they are loaded.
    "measures": signed_in(),
    "measure": signed_in(name="leaver_rate"),
    "measure_download": signed_in(404, name="leaver_rate", out_format="csv"),
    "measure_steps_download": signed_in(404, name="leaver_rate", out_format="csv"),
    # Published figures side by side, for those whose role shows figures at some place. None are loaded in the walk.
    "compare_published": signed_in(200, 404),
    "compare_download": signed_in(404, out_format="csv"),
    "programme_published": signed_in(200, 404),
    "programme_download": signed_in(404, out_format="csv"),
    "compare": at_place(SEE_FIGURES),
    "programme": at_place(SEE_FIGURES),
    # Plans and actions: read by those who see figures or write plans there, written, agreed and released by fewer.
    "plans": at_place(SEES_PLANS),
    "new_plan": at_place(WRITE_PLANS),
    "start_plan": at_place(WRITE_PLANS, 302),  # from nothing: an empty plan
    "plan": at_place(SEES_PLANS, given=a_plan, seen_at=ITSELF),
    "edit_plan": at_place(WRITE_PLANS, given=a_plan, seen_at=ITSELF),
    "order_plan": at_place(WRITE_PLANS, 405, given=a_plan, seen_at=ITSELF),
    "agree_plan": at_place(LEAD_PLANS, given=a_plan, seen_at=ITSELF),
    "release_plan": at_place(LEAD_PLANS, given=a_plan, seen_at=ITSELF),
    "withdraw_plan": at_place(LEAD_PLANS, given=a_plan_shown, seen_at=ITSELF),
    "close_plan": at_place(LEAD_PLANS, given=a_plan, seen_at=ITSELF),
    "copy_plan": at_place(WRITE_PLANS, given=a_plan, seen_at=ITSELF),
    "add_action": at_place(WRITE_PLANS, given=a_plan, seen_at=ITSELF),
    "action": at_place(SEES_PLANS, given=an_action, seen_at=ITSELF),
    "edit_action": at_place(WRITE_PLANS, given=an_action, seen_at=ITSELF),
    "take_out_action": at_place(WRITE_PLANS, 405, given=an_action, seen_at=ITSELF),
    "finish_action": at_place(WRITE_PLANS, given=an_action, seen_at=ITSELF),
    "ask_owner": at_place(WRITE_PLANS, given=an_action, seen_at=ITSELF),
    "answer_owning": at_place(WRITE_PLANS, 405, given=an_action, seen_at=ITSELF),
    "ask_helper": at_place(WRITE_PLANS, given=an_action, seen_at=ITSELF),
    "let_helper_go": at_place(WRITE_PLANS, 405, given=a_helper, seen_at=ITSELF),
    "cite_for_action": at_place(WRITE_PLANS, given=an_action, seen_at=ITSELF),
    "remove_citation": at_place(WRITE_PLANS, 405, given=an_action, seen_at=ITSELF, citation=1),
    "my_actions": signed_in(),
    # Plans on paper, and out of a document: a paper is seen by who asked for it, what was read by who brought it.
    "plan_papers": at_place(SEES_PLANS, given=a_plan, seen_at=ITSELF),
    "combined_papers": at_place(SEES_PLANS),
    "paper": at_place(SEES_PLANS, 404, given=a_paper, seen_at=ITSELF),
    "paper_file": at_place(SEES_PLANS, 404, given=a_paper, seen_at=ITSELF),
    "import_plan": at_place(WRITE_PLANS),
    "imported": at_place(WRITE_PLANS, 404, given=a_brought_plan, seen_at=ITSELF),
    "say_columns": at_place(WRITE_PLANS, 405, given=a_brought_plan, seen_at=ITSELF),
    "drop_import": at_place(WRITE_PLANS, 405, given=a_brought_plan, seen_at=ITSELF),
    # How a plan is meant to work, whom it could harm and whom it touches, and when things begin.
    "launches": at_place(SEES_PLANS),
    "driver_diagram": at_place(SEES_PLANS, given=a_plan, seen_at=ITSELF),
    "write_drivers": at_place(WRITE_PLANS, given=a_plan, seen_at=ITSELF),
    "ideas_to_actions": at_place(WRITE_PLANS, 405, given=a_plan, seen_at=ITSELF),
    "theory_of_change": at_place(SEES_PLANS, given=a_plan, seen_at=ITSELF),
    "write_theory": at_place(WRITE_PLANS, given=a_plan, seen_at=ITSELF),
    "readiness": at_place(WRITE_PLANS, given=a_plan, seen_at=ITSELF),
    "write_readiness": at_place(WRITE_PLANS, given=a_plan, seen_at=ITSELF),
    "equality": at_place(SEES_PLANS, given=a_plan, seen_at=ITSELF),
    "write_equality": at_place(WRITE_PLANS, given=a_plan, seen_at=ITSELF),
    "stakeholders": at_place(WRITE_PLANS, given=a_plan, seen_at=ITSELF),
    "begin_map": at_place(WRITE_PLANS, 405, given=a_plan, seen_at=ITSELF),
    "add_stakeholder": at_place(WRITE_PLANS, given=a_plan, seen_at=ITSELF),
    "write_stakeholder": at_place(WRITE_PLANS, given=a_stakeholder, seen_at=ITSELF),
    "take_off_stakeholder": at_place(WRITE_PLANS, 405, given=a_stakeholder, seen_at=ITSELF),
    "put_on_stakeholder": at_place(WRITE_PLANS, 405, given=a_stakeholder, seen_at=ITSELF),
    # What is said and kept beside plans, and how they changed.
    "plan_talk": at_place(SEES_PLANS, given=a_plan, seen_at=ITSELF),
    "action_talk": at_place(SEES_PLANS, given=an_action, seen_at=ITSELF),
    "take_back_comment": at_place(SEES_PLANS, 405, given=a_comment, seen_at=ITSELF),
    "plan_document": at_place(SEES_PLANS, 410, given=a_document, seen_at=ITSELF),
    "remove_document": at_place(SEES_PLANS, 405, given=a_document, seen_at=ITSELF),
    "plan_history": at_place(WRITE_PLANS, given=a_plan, seen_at=ITSELF),
    "action_history": at_place(WRITE_PLANS, given=an_action, seen_at=ITSELF),
    "put_back": at_place(WRITE_PLANS, 405, given=an_action, seen_at=ITSELF),
    "restore_version": at_place(WRITE_PLANS, given=a_version, seen_at=ITSELF),
    # Support: run at a nation, a region or a system; the organisation of the walk is a trust, which is offered some.
    "support": at_place(RUN_SUPPORT, 404),
    "begin_support": at_place(RUN_SUPPORT, 404),
    "support_programme": at_place(RUN_SUPPORT, 404, number=1),
    "edit_support": at_place(RUN_SUPPORT, 404, number=1),
    "select_for_support": at_place(RUN_SUPPORT, 404, number=1),
    "support_organisation": at_place(RUN_SUPPORT, 404, number=1, organisation="supported"),
    "offer_support": at_place(RUN_SUPPORT, 404, number=1, organisation="supported"),
    "deselect_for_support": at_place(RUN_SUPPORT, 405, number=1, organisation="supported"),
    "follow_support": at_place(RUN_SUPPORT, 404, number=1),
    "add_support_session": at_place(RUN_SUPPORT, 405, number=1),
    "remove_support_session": at_place(RUN_SUPPORT, 405, number=1, session=1),
    "support_offered": at_place((WRITE_PLANS, LEAD_PLANS), seen_at=ITSELF),
    "answer_support": at_place(LEAD_PLANS, 405, seen_at=ITSELF, number=1),
    # Requests: single ones only for those who decide at the place itself; figures for whoever sees figures.
    "retirement_options": public(),
    "requests": at_place(DECIDE_REQUESTS),
    "add_request": at_place(DECIDE_REQUESTS, seen_at=ITSELF),
    "clear_references": at_place(DECIDE_REQUESTS, 405, seen_at=ITSELF),
    "request_figures": at_place((SEE_FIGURES, DECIDE_REQUESTS)),
    "request": at_place(DECIDE_REQUESTS, given=a_request, seen_at=ITSELF),
    "change_request": at_place(DECIDE_REQUESTS, given=a_request, seen_at=ITSELF),
    "decide_request": at_place(DECIDE_REQUESTS, given=a_request, seen_at=ITSELF),
    "appeal_request": at_place(DECIDE_REQUESTS, given=a_request, seen_at=ITSELF),
    "request_history": at_place(DECIDE_REQUESTS, given=a_request, seen_at=ITSELF),
    "strike_request": at_place(DECIDE_REQUESTS, 405, given=a_request, seen_at=ITSELF),
    # Bring data in: the whole organisation's, by those who load its records or published files.
    "uploads": at_place(LOADS, seen_at=ITSELF),
    "choose_files": at_place(LOADS, seen_at=ITSELF),
    "upload": at_place(LOADS, given=an_upload, seen_at=ITSELF),
    "say_of_upload": at_place(LOADS, 405, given=an_upload, seen_at=ITSELF),
    "load_upload": at_place(LOADS, 405, given=an_upload, seen_at=ITSELF),
    "drop_upload": at_place(LOADS, 405, given=an_upload, seen_at=ITSELF),
    "undo_upload": at_place(LOADS, given=an_upload, seen_at=ITSELF),
    "rows_left_out": at_place(LOADS, 404, given=an_upload, seen_at=ITSELF),  # it is not loaded
    "undo_load": at_place(LOAD_DATA, 404, seen_at=ITSELF, number=1),  # there is no such load
    # Typed by practices and networks: the organisation of the walk is a trust, which has files.
    "practice_staff": at_place(LOAD_DATA, 404, seen_at=ITSELF),
    "add_practice_person": at_place(LOAD_DATA, 404, seen_at=ITSELF),
    "change_practice_person": at_place(LOAD_DATA, 404, seen_at=ITSELF, number=1),
    "strike_practice_person": at_place(LOAD_DATA, 405, seen_at=ITSELF, number=1),
    "bring_practice_staff_in": at_place(LOAD_DATA, 405, seen_at=ITSELF),
    # The People Promise, also of a part of an organisation; roles are named for the whole of it.
    # How good is our practice: what there is to judge, and a traffic light from its start until it is released.
    "practice": at_place(SEES_PRACTICE),
    "assessment": at_place(SEES_PRACTICE, key="retention_traffic_light"),
    "start_round": at_place(LEAD_ASSESSMENTS, 405, key="retention_traffic_light"),
    "compare_ratings": at_place(SEES_PRACTICE, seen_at=("own", "directorate inside"), key="retention_traffic_light"),
    "released_rating": at_place(SEES_PRACTICE, given=shown_to_it, seen_at=ITSELF),
    "drop_round": at_place(RATE, 405, given=being_rated, seen_at=ITSELF),
    "rate": at_place(RATE, given=being_rated, seen_at=ITSELF),
    "lay_open": at_place(RATE, given=being_rated, seen_at=ITSELF),
    "talk": at_place(RATE, given=talked_over, seen_at=ITSELF),
    "take_over": at_place(RATE, 405, given=talked_over, seen_at=ITSELF),
    "agree": at_place(RATE, given=talked_over, seen_at=ITSELF),
    "agreed": at_place(SEES_PRACTICE, given=agreed_on, seen_at=ITSELF),
    "release_rating": at_place(RELEASE, given=agreed_on, seen_at=ITSELF),
    "withdraw_rating": at_place(RELEASE, given=shown_above, seen_at=ITSELF),
    "topic": at_place(RATE, given=a_topic, seen_at=ITSELF),
    "add_evidence": at_place(RATE, given=a_topic, seen_at=ITSELF),
    "remove_evidence": at_place(RATE, 405, given=lambda here: {**a_topic(here), "citation": 1}, seen_at=ITSELF),
    "promise": at_place(SEES_PRACTICE),
    "promise_roles": at_place(SEES_PRACTICE, seen_at=ITSELF),
    "write_role": at_place(LEAD_ASSESSMENTS, seen_at=ITSELF, role="wellbeing_guardian"),
    # The workshop: how it goes, each side, side by side, and what comes out.
    "workshop": at_place(RATE, given=a_workshop, seen_at=ITSELF),
    "workshop_side": at_place(RATE, given=a_side, seen_at=ITSELF),
    "workshop_sheet": at_place(RATE, given=a_side, seen_at=ITSELF),
    "workshop_compare": at_place(RATE, given=a_workshop, seen_at=ITSELF),
    "workshop_together": at_place(RATE, given=a_workshop, seen_at=ITSELF),
    "workshop_agree": at_place(LEAD_ASSESSMENTS, given=a_workshop, seen_at=ITSELF),
    "workshop_record": at_place(RATE, given=a_workshop, seen_at=ITSELF),
    # What there is for GPs: the organisation of the walk is a trust, which has none.
    "gap_audit": at_place(SEES_PRACTICE, 404),
    "gap_cell": at_place(SEES_PRACTICE, 404, level="system", stage="returner"),
    "add_scheme": at_place(RATE, 404, level="system", stage="returner"),
    "change_scheme": at_place(RATE, 404, number=1),
    "end_scheme": at_place(LEAD_ASSESSMENTS, 405, number=1),
    "aims": at_place(SEES_PRACTICE, 404),
    "add_aim": at_place(RATE, 404),
    "write_aims": at_place(RATE, 404, level="system"),
    "write_aim": at_place(RATE, 404, item="coaching"),
    "end_aim": at_place(LEAD_ASSESSMENTS, 405, item="1"),
    # Lists of things to do: filled in by those who take part, agreed on, taken away, shared with places below.
    "assessment_list": at_place(RATE, given=a_list, seen_at=ITSELF),
    "save_list": at_place(RATE, 302, given=a_list, seen_at=ITSELF),
    "copy_list": at_place(RATE, given=a_list, seen_at=ITSELF),
    "list_on_paper": at_place(RATE, given=a_list, seen_at=ITSELF),
    "agree_list": at_place(RATE, given=a_list, seen_at=ITSELF),
    "share_list": at_place(LEAD_ASSESSMENTS, given=an_agreed_list, seen_at=ITSELF),
    "take_list_back": at_place(LEAD_ASSESSMENTS, 405, given=an_agreed_list, seen_at=ITSELF, shown=1),
    "list_download": at_place(SEES_PRACTICE, given=an_agreed_list, seen_at=ITSELF, out_format="csv"),
    "handed_list": at_place(SEES_PRACTICE, given=a_handed_list, seen_at=ITSELF),
    # The cycle of general practice: the organisation of the walk is a trust.
    "cycle": at_place(SEES_PRACTICE, 404),
    "loss_points": at_place(SEES_PRACTICE, 404),
    "write_loss": at_place(RATE, 404, stage="trainee", point="deferrals"),
    # The library: for everybody, then as a place has it, with what it wrote down itself.
    "library": public(),
    "library_cases": public(),
    "library_case": public(key="retention_direct_support"),
    "library_offers": public(),
    "library_roadmaps": public(),
    "library_roadmap": public(key="salaried_gp"),
    "appraiser_card": public(),
    "place_library": at_place(SEES_LIBRARY),
    "place_case": at_place(SEES_LIBRARY, key="retention_direct_support"),
    "place_offers": at_place(SEES_LIBRARY),
    "suggestions": at_place(SEES_LIBRARY),
    "add_local": at_place(WRITE_PLANS, kind="cases"),
    "local": at_place(SEES_LIBRARY, given=a_case, seen_at=ITSELF),
    "change_local": at_place(WRITE_PLANS, given=a_case, seen_at=ITSELF),
    "show_local": at_place(WRITE_PLANS, 302, given=a_case, seen_at=ITSELF),
    "hide_local": at_place(WRITE_PLANS, 405, given=a_case, seen_at=ITSELF),
    "share_local": at_place(SHARE_UPWARD, given=a_case, seen_at=ITSELF),
    "take_local_back": at_place(SHARE_UPWARD, given=a_shared_case, seen_at=ITSELF),
    # All plans below as one: where they do not add up, money, need, who has sent what, and the page of assurance.
    "combined": at_place(SEES_PLANS),
    "combined_alignment": at_place(SEES_PLANS),
    "reply_to_action": at_place(LEAD_PLANS, given=a_wish, seen_at=ITSELF),
    "action_answers": at_place(SEES_PLANS, given=an_action, seen_at=ITSELF),
    "combined_money": at_place(SEES_PLANS),
    "add_allocation": at_place(LEAD_PLANS),
    "change_allocation": at_place(LEAD_PLANS, given=an_allocation, seen_at=ITSELF),
    "enter_besides": at_place(LEAD_PLANS, given=an_allocation, seen_at=("own", "directorate inside")),
    "end_allocation": at_place(LEAD_PLANS, 405, given=an_allocation, seen_at=ITSELF),
    "need_index": at_place(SEES_PLANS),
    "add_need_part": at_place(LEAD_PLANS),
    "change_need_part": at_place(LEAD_PLANS, given=a_need_part, seen_at=ITSELF),
    "end_need_part": at_place(LEAD_PLANS, 405, given=a_need_part, seen_at=ITSELF),
    "who_sent": at_place(SEES_PLANS),
    "ask_again": at_place(LEAD_PLANS, 405, other="nowhere"),
    "workforce_targets": at_place(SEES_PLANS),
    "add_workforce_target": at_place(SET_TARGETS),
    "change_workforce_target": at_place(SET_TARGETS, given=a_workforce_target, seen_at=ITSELF),
    "end_workforce_target": at_place(SET_TARGETS, 405, given=a_workforce_target, seen_at=ITSELF),
    "assurance": at_place(SEES_PLANS),
    # Check-ins, who started when, evaluation, and what staff are told: that is for everybody in the organisation.
    "my_check_ins": signed_in(),
    "my_calendar": signed_in(),
    "check_ins": at_place(SEES_PLANS, given=an_action, seen_at=ITSELF),
    "check_in": at_place(WRITE_PLANS, given=a_check_in, seen_at=ITSELF),
    "units": at_place(SEES_PLANS, given=an_action, seen_at=ITSELF),
    "add_units": at_place(WRITE_PLANS, given=an_action, seen_at=ITSELF),
    "count_units": at_place(WRITE_PLANS, given=an_action, seen_at=ITSELF),
    "change_unit": at_place(WRITE_PLANS, given=a_unit, seen_at=ITSELF),
    "take_unit_off": at_place(WRITE_PLANS, 405, given=a_unit, seen_at=ITSELF),
    "evaluation": at_place(SEES_PLANS, given=a_plan, seen_at=ITSELF),
    "ninety_days": at_place(SEES_PLANS, given=a_plan, seen_at=ITSELF),
    "plan_calendar": at_place(SEES_PLANS, given=a_plan, seen_at=ITSELF),
    "overdue": at_place(LEAD_PLANS),
    "we_did": at_place(ANY_ROLE),
    "word_we_did": at_place(WRITE_PLANS, given=an_action, seen_at=ITSELF),
    "we_did_one": at_place(ANY_ROLE, given=told_to_staff, seen_at=ITSELF),
    "we_did_poster": at_place(ANY_ROLE, given=told_to_staff, seen_at=ITSELF),
    "withdraw_we_did": at_place(WRITE_PLANS, 405, given=told_to_staff, seen_at=ITSELF),
}
