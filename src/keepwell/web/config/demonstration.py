"""What does the site look like before anything of one's own is in it?

A made-up integrated care system: three trusts, networks and practices, each with records of its own, and people who
may see different things of it.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

from keepwell.made_up import MadeUp, SystemPlan, make_up
from keepwell.made_up.absence_and_posts import absence_and_posts
from keepwell.made_up.peers import add_peers
from keepwell.made_up.places import ICB, ICB_NAME, REGION, REGION_NAME, TRUSTS
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file
from keepwell.web.accounts.actions import confirm, first_administrator, grant
from keepwell.web.accounts.models import Role, User
from keepwell.web.config import demo_followed, demo_plans
from keepwell.web.config.demo_practice import judge
from keepwell.web.jobs.working import Worker
from keepwell.web.measuring.providing import own_lines, published_lines
from keepwell.web.places.actions import add_place, mirror_parts
from keepwell.web.places.models import TEAM, Place
from keepwell.web.places.queries import key_of, parts_in_records, published_workspace, workspace_of
from keepwell.web.releases.actions import draft, release, withdraw

PEOPLE: Final = 3000
MONTHS: Final = 26
FIRST_DAY: Final = dt.date(2022, 7, 1)
PASSWORD: Final = "stay well and stay together"  # noqa: S105 (of people who do not exist, printed by the demo)
SMALL_WARD: Final = "Rowan Ward"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody of the demo who can be tried out."""

    who: str
    email: str
    sees: str


SIGN_INS: Final = (
    SignIn("an ICS lead", "ics.lead@demo.invalid", "what the trusts of the system released"),
    SignIn("a retention lead", "retention.lead@demo.invalid", "exact figures of one hospital trust"),
    SignIn("a line manager", "line.manager@demo.invalid", f"{SMALL_WARD} and its directorate, small numbers hidden"),
    SignIn("a practice manager", "practice.manager@demo.invalid", "one general practice"),
    SignIn("a GP clinical lead", "gp.lead@demo.invalid", "the network of that practice"),
    SignIn("an HR analyst", "hr.analyst@demo.invalid", "exact figures of the same trust, and brings data in"),
    SignIn("a contributor", "contributor@demo.invalid", "the one action that they own"),
    SignIn("staff side", "staff.side@demo.invalid", "what the trust shows its own people"),
    SignIn("an information governance lead", "governance@demo.invalid", "who has seen and taken what"),
    SignIn("an administrator", "administrator@demo.invalid", "accounts and places, no figures"),
)


def make_demo(tell: Callable[[str], None], *, people: int = PEOPLE, months: int = MONTHS) -> None:
    """Fill an empty site with a made-up system. The database is migrated, and nobody has an account yet."""
    plan = SystemPlan(seed=1, people=people, months=months)
    tell(f"Making up a health system of {people:,} people over {months} months …")
    made = make_up(plan, Path(settings.HOME) / "demo-files")
    add_peers(made.turnover)
    places = _tree(made)
    _load(made, places, tell)
    tell("Giving people roles, and releasing what they may see …")
    _people(places)
    _releases(places)
    judge(places, places[ICB], _a_practice(places).parent or places[ICB])
    demo_plans.plan(places, places[ICB], _a_practice(places))
    demo_followed.go_on(places, places[ICB], _small_ward(places["RZ1"]))
    own_lines(places["RZ1"])  # what a job makes ready after a load: the demo's files came in without one
    published_lines(places["RZ1"])


def _tree(made: MadeUp) -> dict[str, Place]:
    """Region, system, trusts, networks and practices, by their codes."""

    def add(code: str, name: str, kind: str, parent: str | None) -> None:
        above = found[parent] if parent else None
        found[code] = add_place(name=name, kind=kind, parent=above, start=FIRST_DAY, code=code, made_up=True)

    found: dict[str, Place] = {}
    add(REGION, REGION_NAME, "region", None)
    add(ICB, f"{ICB_NAME} Integrated Care Board", "icb", REGION)
    for trust in TRUSTS.values():
        add(trust.code, trust.name, "trust", ICB)
    newest = max(path for path in made.general_practice if "Practice Level" in path.name)
    with newest.open(encoding="utf-8-sig", newline="") as file:
        practices = sorted(csv.DictReader(file), key=lambda row: row["PRAC_CODE"])
    for row in practices:
        if row["PCN_CODE"] not in found:
            add(row["PCN_CODE"], row["PCN_NAME"], "network", ICB)
        add(row["PRAC_CODE"], row["PRAC_NAME"], "practice", row["PCN_CODE"])
    return found


def _load(made: MadeUp, places: dict[str, Place], tell: Callable[[str], None]) -> None:
    """Each organisation's files into its own records; what is published into those that all see."""
    also = absence_and_posts(made)
    of_trusts = [*made.staff_in_post, *made.leavers, *also.absence, *also.establishment]
    for code in (trust.code for trust in TRUSTS.values()):
        tell(f"Loading {places[code].name} …")
        _load_all(workspace_of(places[code]), (p for p in of_trusts if p.name.startswith(code)), made, places[code])
        parts = parts_in_records(places[code], "esr_staff_in_post")
        mirror_parts(organisation=places[code], parts=parts, start=FIRST_DAY)
    tell("Loading the practices, and what is published …")
    for code, path in _staff_lists(made):
        _load_all(workspace_of(places[code]), [path], made, places[code])
    _load_all(published_workspace(), [*made.turnover, *made.general_practice], made, None)


def _load_all(workspace: Workspace, paths: Iterable[Path], made: MadeUp, place: Place | None) -> None:
    key = key_of(place) if place else None
    today = made.plan.last_month.last_day + dt.timedelta(days=15)
    for path in paths:
        load_file(workspace, path, ReadOptions(key=key, today=today), now=timezone.now())


def _staff_lists(made: MadeUp) -> Iterable[tuple[str, Path]]:
    """The list of each practice, written as a file of its own."""
    for path in made.practices:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        for code in sorted({row["Practice Code"] for row in rows}):
            own = path.with_name(f"{code}_staff.csv")
            with own.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, rows[0].keys())
                writer.writeheader()
                writer.writerows(row for row in rows if row["Practice Code"] == code)
            yield code, own


def _people(places: dict[str, Place]) -> None:
    hospital, system = places["RZ1"], places[ICB]
    practice = _a_practice(places)
    ward = _small_ward(hospital)
    administrator = first_administrator(email="administrator@demo.invalid", name="Ada Minister", password=PASSWORD)
    User.objects.filter(pk=administrator.pk).update(made_up=True)
    lead = _person("retention.lead", "Rita Tension", administrator)
    grant(to=lead, role=_role("retention_lead"), place=hospital, by=administrator)  # the first: no second person yet
    second = _person("second.administrator", "Bea Minister", administrator)
    grant(to=second, role=_role("system_administrator"), place=None, by=administrator)
    governance = _person("governance", "Iggy Lead", administrator)
    grant(to=governance, role=_role("information_governance_lead"), place=hospital, by=administrator)
    for email, name, key, place in (
        ("hr.analyst", "Harriet Ayling", "hr_analyst", hospital),
        ("line.manager", "Lin Manning", "line_manager", ward),
        ("contributor", "Conrad Butler", "contributor", ward),
        ("staff.side", "Steph Sidall", "staff_side", hospital),
        ("ics.lead", "Isaac Leeds", "ics_lead", system),
        ("practice.manager", "Prue Manning", "practice_manager", practice),
        ("gp.lead", "Gita Prasad", "gp_clinical_lead", practice.parent or practice),
        ("vale.lead", "Val Leadbetter", "retention_lead", places["RZ2"]),
        ("community.lead", "Connie Leadbetter", "retention_lead", places["RZ3"]),
    ):
        made = grant(to=_person(email, name, administrator), role=_role(key), place=place, by=administrator)
        if made.in_force_at is None:
            confirm(grant=made, by=second)


def _small_ward(hospital: Place) -> Place:
    return Place.objects.get(controller=hospital, kind=TEAM, name=SMALL_WARD)


def _a_practice(places: dict[str, Place]) -> Place:
    return next(place for place in places.values() if place.kind == "practice")


def _role(key: str) -> Role:
    return Role.objects.get(key=key)


def _person(email: str, name: str, by: User) -> User:
    user = User(email=f"{email}@demo.invalid", name=name, invited_by=by, accepted_at=timezone.now(), made_up=True)
    user.set_password(PASSWORD)
    user.save()
    return user


def _releases(places: dict[str, Place]) -> None:
    """Inside the hospital trust, and upward from two of three trusts; one of these was withdrawn again."""
    system = places[ICB]
    lead = User.objects.get(email="retention.lead@demo.invalid")
    vale = User.objects.get(email="vale.lead@demo.invalid")
    hospital, partnership = places["RZ1"], places["RZ2"]
    made = [
        draft(by=lead, place=hospital, to=hospital, why="For managers, staff side and the board"),
        draft(by=lead, place=hospital, to=system, why="System retention board"),
        draft(by=vale, place=partnership, to=system, why="System retention board"),
    ]
    worker = Worker(lease=dt.timedelta(minutes=10), pause=0.1)
    for one, by in zip(made, (lead, lead, vale), strict=True):
        release(release=one, by=by)
    worker.work_off()
    withdraw(release=made[2], by=vale)
