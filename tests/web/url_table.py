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

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cast import System
from django.utils import timezone

from keepwell.web.accounts.abilities import (
    CONFIRM_GRANTS,
    EDIT_PLACES,
    LEAD_ASSESSMENTS,
    LOAD_DATA,
    LOAD_PUBLISHED,
    MANAGE_PEOPLE,
    RATE,
    RELEASE,
    SEE_FIGURES,
    SEE_REGISTER,
    SET_TARGETS,
)
from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.assessments.models import Round, Shown
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


PEOPLE = (MANAGE_PEOPLE, CONFIRM_GRANTS)
LOADS = (LOAD_DATA, LOAD_PUBLISHED)
SEES_PRACTICE = (SEE_FIGURES, RATE, LEAD_ASSESSMENTS)


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
}
