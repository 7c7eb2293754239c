"""Somebody sets the site up, lets people in, and looks at who has seen what."""

from __future__ import annotations

import re

from visiting import code_shown

from conftest import Site, Visiting

SECRET = "three words apart"


class TestANewInstallation:
    def test_what_next(self, visitor: Visiting, new_site: Site) -> None:
        somebody = visitor(to=new_site).open("/").picture("first-run")
        somebody.turn_to("smallest").is_not_cut().turn_to("desk")
        somebody.press("Continue").reads("There is a problem")
        somebody.type("Name", "Ada Minister").type("Email address", "ada@example.org").type("Password", SECRET)
        somebody.press("Continue").reads("Name your organisation").turn_to("smallest").is_not_cut().turn_to("desk")
        somebody.choose("Trust")
        somebody.type("Name of your organisation", "Northmoor Trust").type("ODS code", "rx1").press("Continue")
        somebody.turn_to("smallest").is_not_cut().turn_to("desk").choose("I will", None).press("Continue")
        somebody.leaves(asking="What next?", knowing="Load a file, or look at the example system.")
        somebody.follow("Load a file").reads("Choose files")
        somebody.open("/rx1/").reads("No staff records are loaded yet")


class TestSigningIn:
    def test_a_wrong_password_is_said_beside_the_field_and_what_was_typed_is_kept(self, visitor: Visiting) -> None:
        anybody = visitor().open("/sign-in/").type("Email address", "somebody@example.org").type("Password", "no")
        anybody.picture("sign-in").press("Sign in")
        assert anybody.page.get_by_label("Email address").input_value() == "somebody@example.org"
        anybody.leaves(asking="Why can I not come in?", knowing="There is a problem")

    def test_a_second_step(self, visitor: Visiting) -> None:
        manager = visitor("staff.side").follow("Steph Sidall").picture("your-account").follow("Switch on")
        manager.type("Password", "stay well and stay together").press("Continue").picture("second-step")
        key = manager.page.locator(".keepwell-key").inner_text()
        manager.type("Code", "000000").press("Switch on").reads("There is a problem")
        manager.type("Code", code_shown(key)).press("Switch on")
        manager.open("/account/")
        manager.leaves(asking="Is a stolen password enough to sign in as me?", knowing="On: an app shows a code")
        manager.follow("Switch off").press("Switch off")


class TestAnAdministratorInvites:
    def test_an_analyst_who_waits_for_a_second_person(self, visitor: Visiting, site: Site) -> None:
        first = visitor("administrator").open("/rz2/people/").follow("Invite somebody").picture("invite-somebody")
        first.press("Invite", status=422).reads("There is a problem")
        first.type("Full name", "Nora Newling").type("Email address", "nora@example.org")
        first.choose("Role", "HR analyst – sees exact figures").press("Invite")
        first.reads("Nora Newling is to be HR analyst").reads("A second person has to confirm it first.")
        first.picture("people-and-roles")
        second = visitor("second.administrator").open("/rz2/people/").follow("Confirm")
        second.picture("confirm-a-role").press("Confirm")
        second.reads("Nora Newling may now see exact figures")
        second.wait_for("Nora Newling")
        nora = visitor().open(site.link_for("nora@example.org")).picture("set-up-your-account")
        nora.type("Password", "short").press("Set up my account").reads("There is a problem")
        nora.type("Password", SECRET).press("Set up my account")
        nora.sign_in("nora@example.org", SECRET).open("/")
        nora.leaves(asking="What may I see here?", knowing="You are: HR analyst, and see exact figures.")

    def test_places_and_roles_are_shown(self, visitor: Visiting) -> None:
        first = visitor("administrator").follow("Accounts").follow("Roles").follow("Places").picture("places")
        first.leaves(asking="Which organisations are here?", knowing="Vale of Wen Partnership NHS Foundation Trust")
        first.open("/rz2/place/").follow("Give it another name")


class TestAnInformationGovernanceLead:
    def test_who_has_seen_what(self, visitor: Visiting) -> None:
        visitor("hr.analyst").open("/rz1/about/retire/")
        lead = visitor("governance").open("/rz1/seen/").picture("who-has-seen-what")
        lead.reads("The register is whole").reads("Harriet Ayling, HR analyst viewed: Who could retire?")
        found = re.search(
            r"This month: \d+ (person|people) viewed exact figures, \d+ exports?, \d+ releases? upward\.", lead.words()
        )
        assert found, lead.words()[:600]
        lead.leaves(asking="Who has seen or taken what?", knowing=found.group())
