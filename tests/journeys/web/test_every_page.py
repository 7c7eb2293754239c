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
    "ics.lead": {"released_rating": "/qz9/practice/released/1/"},
}
"""Who opens which page of the demo, by the names of the table of addresses."""
OTHERS = {
    "line.manager": ["/", "/rz1-medicine-rowan-ward/"],
    "staff.side": ["/rz1/", "/rz1/compare/", "/measures/leaver_rate/"],
    "ics.lead": ["/qz9/", "/qz9/compare/", "/qz9/practice/", "/qz9/practice/compare/retention_traffic_light/"],
    "practice.manager": ["/y99001/", "/y99001/data/", "/y99001/compare/", "/y99001/promise/"],
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
    assert {path: resolve(path).url_name for path in opened.values()} == {path: name for name, path in opened.items()}


@pytest.mark.parametrize("who", [*PAGES, *(who for who in OTHERS if who not in PAGES)])
def test_every_page(visitor: Visiting, who: str) -> None:
    somebody = visitor(None if who == "nobody" else who, scripts=True)
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
