"""Is every page of the site as it should be, on a desk and on the smallest screen, for somebody who may open it?

Whoever adds an address says here who opens it in the demo, or why it draws no page.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from visiting import Visitor, code_shown

from conftest import Site, Visiting

SECRET = "first things first"
SMALL_FILE = b"Effective Date,Employee Number,Organisation Code,Staff Group,FTE\n31/10/2025,10000001,RZ1,Nursing,1.0\n"

PAGES: dict[str, dict[str, str]] = {
    "nobody": {
        "not_for": "/about/",
        "privacy": "/privacy/",
        "accessibility": "/accessibility/",
        "account_login": "/sign-in/",
        "account_reset_password": "/password/forgotten/",
        "password_asked": "/password/forgotten/sent/",
        "library": "/library/",
        "library_cases": "/library/cases/",
        "library_case": "/library/cases/retention_direct_support/",
        "library_offers": "/library/offers/",
        "library_roadmaps": "/library/roadmaps/",
        "library_roadmap": "/library/roadmaps/salaried_gp/",
        "appraiser_card": "/library/appraiser-card/",
        "retirement_options": "/retirement-options/",
    },
    "retention.lead": {
        "home": "/",
        "my_account": "/account/",
        "account_logout": "/sign-out/",
        "dashboard": "/rz1/",
        "dashboard_part": "/rz1/about/equality/",
        "set_target": "/rz1/target/",
        "measures": "/measures/",
        "measure": "/measures/leaver_rate/",
        "compare": "/rz1/compare/",
        "compare_published": "/published/compare/",
        "programme": "/rz1/compare/programme/",
        "programme_published": "/published/compare/programme/",
        "uploads": "/rz1/data/",
        "choose_files": "/rz1/data/choose/",
        "undo_load": "/rz1/data/loads/1/undo/",
        "releases": "/rz1/released/",
        "prepare_release": "/rz1/released/prepare/",
        "release": "/rz1/released/1/",
        "withdraw_release": "/rz1/released/1/withdraw/",
        "practice": "/rz1/practice/",
        "compare_ratings": "/rz1/practice/compare/retention_traffic_light/",
        "assessment": "/rz1/practice/wellbeing_diagnostic/",
        "talk": "/rz1/practice/rounds/1/talk/",
        "agreed": "/rz1/practice/rounds/1/agreed/",
        "release_rating": "/rz1/practice/rounds/1/release/",
        "withdraw_rating": "/rz1/practice/rounds/1/release/1/withdraw/",
        "promise": "/rz1/promise/",
        "promise_roles": "/rz1/promise/roles/",
        "write_role": "/rz1/promise/roles/wellbeing_guardian/",
    },
    "retention.lead (plans)": {
        "plans": "/rz1/plans/",
        "new_plan": "/rz1/plans/new/",
        "start_plan": "/rz1/plans/start/?from=round:1",
        "plan": "/rz1/plans/1/",
        "edit_plan": "/rz1/plans/1/edit/",
        "agree_plan": "/rz1/plans/1/agree/",
        "release_plan": "/rz1/plans/1/release/",
        "withdraw_plan": "/rz1/plans/1/release/1/withdraw/",
        "close_plan": "/rz1/plans/1/close/",
        "copy_plan": "/rz1/plans/1/copy/",
        "add_action": "/rz1/plans/1/actions/new/",
        "action": "/rz1/actions/1/",
        "edit_action": "/rz1/actions/1/edit/",
        "finish_action": "/rz1/actions/1/finish/",
        "ask_owner": "/rz1/actions/1/owner/",
        "ask_helper": "/rz1/actions/1/helpers/",
        "cite_for_action": "/rz1/actions/1/evidence/",
        "plan_talk": "/rz1/plans/1/talk/",
        "plan_history": "/rz1/plans/1/history/",
        "action_talk": "/rz1/actions/1/talk/",
        "action_history": "/rz1/actions/1/history/",
        "restore_version": "/rz1/versions/1/restore/",
        "plan_papers": "/rz1/plans/1/papers/",
        "import_plan": "/rz1/plans/import/",
    },
    "retention.lead (beside plans)": {
        "launches": "/rz1/launches/",
        "driver_diagram": "/rz1/plans/1/drivers/",
        "write_drivers": "/rz1/plans/1/drivers/write/",
        "theory_of_change": "/rz1/plans/1/theory/",
        "write_theory": "/rz1/plans/1/theory/write/",
        "readiness": "/rz1/plans/1/readiness/",
        "write_readiness": "/rz1/plans/1/readiness/write/",
        "equality": "/rz1/plans/1/equality/",
        "write_equality": "/rz1/plans/1/equality/write/",
        "stakeholders": "/rz1/plans/1/stakeholders/",
        "add_stakeholder": "/rz1/plans/1/stakeholders/add/",
        "write_stakeholder": "/rz1/plans/1/stakeholders/1/",
        "units": "/rz1/actions/1/units/",
        "add_units": "/rz1/actions/1/units/add/",
        "count_units": "/rz1/actions/1/units/numbers/",
        "change_unit": "/rz1/actions/1/units/1/",
        "evaluation": "/rz1/plans/1/evaluation/",
        "ninety_days": "/rz1/plans/1/ninety-days/",
        "overdue": "/rz1/overdue/",
        "we_did": "/rz1/we-did/",
        "action_answers": "/rz1/actions/1/answers/",
        "combined": "/rz1/combined/",
        "request_figures": "/rz1/requests/figures/",
        "support_offered": "/rz1/support-offered/",
    },
    "contributor": {
        "my_actions": "/my-actions/",
        "my_check_ins": "/my-actions/check-ins/",
        "check_ins": "/rz1/actions/1/check-ins/",
        "check_in": "/rz1/actions/1/check-ins/1-day_30/",
    },
    "vale.lead": {
        "place_library": "/rz2/library/",
        "place_case": "/rz2/library/cases/local-1/",
        "place_offers": "/rz2/library/offers/",
        "suggestions": "/rz2/library/suggestions/",
        "add_local": "/rz2/library/own/cases/new/",
        "local": "/rz2/library/own/cases/1/",
        "change_local": "/rz2/library/own/cases/1/change/",
        "share_local": "/rz2/library/own/cases/1/share/",
        "take_local_back": "/rz2/library/own/cases/1/share/1/end/",
    },
    "line.manager": {
        "requests": "/rz1-medicine-rowan-ward/requests/",
        "add_request": "/rz1-medicine-rowan-ward/requests/new/",
        "request": "/rz1-medicine-rowan-ward/requests/4/",
        "change_request": "/rz1-medicine-rowan-ward/requests/4/edit/",
        "decide_request": "/rz1-medicine-rowan-ward/requests/1/answer/",
        "appeal_request": "/rz1-medicine-rowan-ward/requests/4/appeal/",
        "request_history": "/rz1-medicine-rowan-ward/requests/4/history/",
    },
    "administrator": {
        "first_run_data": "/first-run/data/",
        "site_people": "/site/people/",
        "close_account": "/site/people/3/close/",
        "take_second_step_away": "/site/people/3/second-step/",
        "site_roles": "/site/roles/",
        "site_places": "/site/places/",
        "add_place": "/site/places/add/",
        "people": "/rz1/people/",
        "invite": "/rz1/people/invite/",
        "confirm_role": "/rz1/people/2/confirm/",
        "end_role": "/rz1/people/2/end/",
        "place_page": "/rz1/place/",
        "move_place": "/rz1/place/move/",
        "rename_place": "/rz1/place/rename/",
        "place_became": "/rz1/place/became/",
    },
    "governance": {"register": "/rz1/seen/"},
    "practice.manager": {
        "practice_staff": "/y99001/data/staff/",
        "add_practice_person": "/y99001/data/staff/add/",
        "handed_list": "/y99001/practice/handed/3/",
        "cycle": "/y99001/gp/",
        "loss_points": "/y99001/gp/loss-points/",
        "write_loss": "/y99001/gp/loss-points/trainee/deferrals/",
        "gap_audit": "/y99001/gp/gap-audit/",
        "gap_cell": "/y99001/gp/gap-audit/career_support/newly_qualified/",
        "add_scheme": "/y99001/gp/gap-audit/career_support/newly_qualified/add/",
        "aims": "/y99001/gp/aims/",
        "add_aim": "/y99001/gp/aims/add/",
        "write_aims": "/y99001/gp/aims/level/system/",
    },
    "community.lead": {
        "rate": "/rz3/practice/rounds/3/rate/",
        "lay_open": "/rz3/practice/rounds/3/lay-open/",
        "topic": "/rz3/practice/rounds/3/topic/flexible_working/",
        "add_evidence": "/rz3/practice/rounds/3/topic/flexible_working/evidence/",
    },
    "gp.lead": {
        "assessment_list": "/u99901/practice/rounds/4/done/",
        "list_on_paper": "/u99901/practice/rounds/4/done/paper/",
        "share_list": "/u99901/practice/rounds/4/done/share/",
    },
    "ics.lead": {
        "released_rating": "/qz9/practice/released/1/",
        "combined_alignment": "/qz9/combined/alignment/",
        "reply_to_action": "/qz9/combined/alignment/8/reply/",
        "combined_money": "/qz9/combined/money/",
        "add_allocation": "/qz9/combined/money/add/",
        "change_allocation": "/qz9/combined/money/1/",
        "enter_besides": "/qz9/combined/money/1/besides/",
        "need_index": "/qz9/combined/need/",
        "add_need_part": "/qz9/combined/need/add/",
        "who_sent": "/qz9/combined/who/",
        "workforce_targets": "/qz9/combined/workforce/",
        "add_workforce_target": "/qz9/combined/workforce/add/",
        "assurance": "/qz9/assurance/",
        "combined_papers": "/qz9/combined/papers/",
        "support": "/qz9/support/",
        "begin_support": "/qz9/support/new/",
        "support_programme": "/qz9/support/1/",
        "edit_support": "/qz9/support/1/edit/",
        "select_for_support": "/qz9/support/1/select/",
        "support_organisation": "/qz9/support/1/rz1/",
        "offer_support": "/qz9/support/1/rz1/offer/",
        "follow_support": "/qz9/support/offers/1/",
    },
}
"""Who opens which page of the demo, by the names of the table of addresses."""
OTHERS = {
    "line.manager": ["/", "/rz1-medicine-rowan-ward/", "/rz1-medicine-rowan-ward/plans/"],
    "staff.side": ["/rz1/", "/rz1/compare/", "/measures/leaver_rate/"],
    "ics.lead": [
        "/qz9/",
        "/qz9/compare/",
        "/qz9/practice/",
        "/qz9/practice/compare/retention_traffic_light/",
        "/rz1/plans/1/",
        "/qz9/combined/",
    ],
    "practice.manager": ["/y99001/", "/y99001/data/", "/y99001/compare/", "/y99001/promise/", "/y99001/plans/5/"],
    "gp.lead": ["/u99901/gp/", "/u99901/gp/gap-audit/"],
}
"""The same addresses, where they are other pages for somebody else."""
MADE_FIRST = {
    "upload": "a file is chosen first",
    "undo_upload": "a file is chosen first",
    "change_practice_person": "somebody is typed first",
    "invitation": "somebody is invited first",
    "agree": "ratings are laid open first: test_assessing.py",
    "agree_list": "something is begun first",
    "copy_list": "something is begun first",
    "workshop": "something is begun first",
    "workshop_side": "something is begun first",
    "workshop_sheet": "something is begun first",
    "workshop_compare": "something is begun first",
    "workshop_together": "something is begun first",
    "workshop_agree": "something is begun first",
    "workshop_record": "something is begun first",
    "change_scheme": "a scheme is written down first",
    "write_aim": "something is added first",
    "word_we_did": "an action is finished first: test_following_we_did.py looks at its pages",
    "we_did_one": "an action is finished first",
    "we_did_poster": "an action is finished first",
    "change_need_part": "an index is begun first",
    "change_workforce_target": "a target is set first",
    "paper": "a paper is asked for first",
    "imported": "a file is brought in first",
    "new_password": "somebody asks for a link first",
    "mfa_authenticate": "a second step is switched on first",
    "change_password": "a second step is switched on first",
    "account_reauthenticate": "a second step is switched on first",
    "mfa_reauthenticate": "a second step is switched on first",
    "mfa_activate_totp": "a second step is switched on first",
    "mfa_deactivate_totp": "a second step is switched on first",
    "mfa_view_recovery_codes": "a second step is switched on first",
    "mfa_generate_recovery_codes": "a second step is switched on first",
    "first_run": "on a site without accounts: TestANewInstallation of test_looking_after.py",
    "first_run_organisation": "on a site without accounts: TestANewInstallation of test_looking_after.py",
    "first_run_figures": "on a site without accounts: TestANewInstallation of test_looking_after.py",
}
NO_PAGE = {
    "healthy": "a word to a machine",
    "dashboard_download": "a file",
    "measure_download": "a file",
    "measure_steps_download": "a file",
    "compare_download": "a file",
    "programme_download": "a file",
    "rows_left_out": "a file",
    "list_download": "a file",
    "save_list": "leads back to the list",
    "plan_document": "a file",
    "my_calendar": "a file",
    "plan_calendar": "a file",
    "paper_file": "a file",
    "show_local": "leads back to what is shown",
}


def at_both(somebody: Visitor, path: str | None = None) -> Visitor:
    """A page, on a desk and on the smallest screen."""
    if path is not None:
        somebody.open(path)
        assert somebody.page.url == f"{somebody.address}{path}", f"{path} leads to {somebody.page.url}"
    somebody.turn_to("smallest").is_not_cut()
    return somebody.sit_at("desk")


def test_every_address_of_the_table_is_said_here() -> None:
    sys.path.insert(0, str(Path(__file__).parents[2] / "web"))
    import databases

    databases.set_up()
    from django.urls import resolve
    from url_table import TABLE

    opened = {name: path for pages in PAGES.values() for name, path in pages.items()}
    drawn = {name for name, row in TABLE.items() if row.says != (405,)}
    said = [*opened, *MADE_FIRST, *NO_PAGE]
    assert sorted(said) == sorted(drawn)
    assert {path: resolve(path.partition("?")[0]).url_name for path in opened.values()} == {
        path: name for name, path in opened.items()
    }


@pytest.mark.parametrize("who", [*PAGES, *(who for who in OTHERS if who not in PAGES)])
def test_every_page(visitor: Visiting, who: str) -> None:
    somebody = visitor(None if who == "nobody" else who.partition(" ")[0], scripts=True)
    for path in [*PAGES.get(who, {}).values(), *OTHERS.get(who, [])]:
        at_both(somebody, path)


def test_the_pages_of_a_file_that_waits(visitor: Visiting) -> None:
    lead = visitor("retention.lead", scripts=True).open("/rz1/data/choose/")
    told = {"name": "small.csv", "mimeType": "text/csv", "buffer": SMALL_FILE}
    lead.page.locator("input[type=file]").set_input_files(told)  # type: ignore[arg-type]
    lead.press("Look at them").wait_for("Do not load it")
    here = lead.page.url.removeprefix(lead.address)
    at_both(lead)
    at_both(lead, f"{here}undo/")
    lead.open(here).press("Do not load it").reads("small.csv is not loaded, and not kept.")
    at_both(lead, here)


def test_the_pages_of_a_workshop(visitor: Visiting) -> None:
    lead = visitor("retention.lead", scripts=True).open("/rz1/practice/what_good_looks_like/").press("Begin")
    here = lead.page.url.removeprefix(lead.address)
    for path in ("", "sides/board/", "sides/board/sheet/", "compare/", "together/", "agree/"):
        at_both(lead, f"{here}{path}")


def test_the_pages_of_a_list_that_begins_with_the_networks(visitor: Visiting) -> None:
    other = visitor("practice.manager", scripts=True).open("/y99001/practice/exit_planning_list/").press("Begin")
    here = other.page.url.removeprefix(other.address)
    for path in ("", "copy/", "agree/", "paper/"):
        at_both(other, f"{here}{path}")


def test_the_page_of_somebody_typed(visitor: Visiting) -> None:
    manager = visitor("practice.manager", scripts=True).open("/y99001/data/staff/add/")
    manager.type("What do you call this post here?", "Nurse 9").type("Job role", "Nurse").type("Or FTE", "0.8")
    manager.page.get_by_label("Nurse", exact=True).check()
    for part, typed in zip(("Day", "Month", "Year"), ("1", "4", "2019"), strict=True):
        manager.page.get_by_role("group", name="First day here").get_by_label(part, exact=True).fill(typed)
    manager.press("Save")
    at_both(manager.follow("Change"))
    manager.press("Take Nurse 9 out of the list").reads("Nobody is typed in yet")


def test_the_pages_of_somebody_who_comes_by_mail_and_switches_a_second_step_on(visitor: Visiting, site: Site) -> None:
    administrator = visitor("administrator", scripts=True).open("/y99011/people/invite/")
    administrator.type("Full name", "Wil Walker").type("Email address", "wil@example.org")
    administrator.choose("Role", "Viewer").press("Invite")
    wil = visitor(scripts=True).open(site.link_for("wil@example.org"))
    at_both(wil).type("Password", SECRET).press("Set up my account")
    wil.open("/password/forgotten/").type("Email address", "wil@example.org").press("Send me a link")
    end = time.monotonic() + 60
    while "/password/new/" not in (link := site.link_for("wil@example.org")):
        assert time.monotonic() < end, "no mail with a link came"
        time.sleep(0.3)
    at_both(wil, link)
    at_both(wil.sign_in("wil@example.org", SECRET), "/account/confirm/")
    at_both(wil.open("/two-factor/").type("Password", SECRET).press("Continue"))
    key = wil.page.locator(".keepwell-key").inner_text()
    wil.type("Code", code_shown(key)).press("Switch on").open("/account/")
    for path in ("/two-factor/recovery-codes/", "/two-factor/recovery-codes/new/", "/two-factor/off/"):
        at_both(wil, path)
    for path in ("/account/password/", "/account/confirm/code/"):
        at_both(wil, path)
    wil.sign_out()
    again = visitor(scripts=True)
    at_both(again.sign_in("wil@example.org", SECRET))
    assert again.page.url.endswith("/sign-in/code/")
