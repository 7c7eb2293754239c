"""How long do the combined plan and the alignment check of a whole system take, with eight people at once?

    python benchmarks/combined_plan.py          400 practices, 60 networks, 6 trusts, 5,000 actions, in a home that is made anew

The site runs as `keepwell serve` runs it, on SQLite; see web.py. The baseline is the plain SQL that counts the same rows
by topic, in one process, with nobody else asking.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from web import PASSWORD, USERS, Served, at_once, p95

PRACTICES, NETWORKS, TRUSTS, ACTIONS = 400, 60, 6, 5_000
ROUNDS = 6
PAGES = {
    "combined plan": ("/qx9/combined/", "/qx9/combined/?by=organisation", "/qx9/combined/?page=100"),
    "combined plan, chosen": ("/qx9/combined/?topic=coaching&state=under_way", "/qx9/combined/?in=u001&late=yes"),
    "alignment check": ("/qx9/combined/alignment/",),
    "money": ("/qx9/combined/money/",),
    "money against need": ("/qx9/combined/need/",),
    "who has sent what": ("/qx9/combined/who/",),
    "assurance": ("/qx9/assurance/",),
}
COUNTS = """
SELECT a.topic, count(*), sum(a.state = 'under_way'), sum(a.state = 'finished') FROM plans_action a
JOIN plans_plan p ON p.id = a.plan_id
WHERE p.state = 'agreed' AND a.removed_at IS NULL AND a.state <> 'draft'
  AND (p.place_id = :icb OR p.id IN (SELECT plan_id FROM plans_shown WHERE to_id = :icb AND withdrawn_at IS NULL))
GROUP BY a.topic
"""


def make(home: Path) -> None:
    """A system whose places all released a plan to it, with eight people who lead it."""
    os.environ["KEEPWELL_HOME"] = str(home)
    from keepwell.web.config.serving import get_ready

    get_ready(home)
    people = _people(_places())
    rng = random.Random(5)
    _plans(rng, people[0])
    _beside(rng, people[0])


def _places() -> Any:
    from keepwell.web.places.actions import add_place

    start = dt.date(2020, 4, 1)
    region = add_place(name="North", kind="region", parent=None, start=start, code="Y99")
    icb = add_place(name="Moorland", kind="icb", parent=region, start=start, code="QX9")
    for number in range(TRUSTS):
        add_place(name=f"Trust {number}", kind="trust", parent=icb, start=start, code=f"R{number:02}")
    networks = [
        add_place(name=f"Network {number}", kind="network", parent=icb, start=start, code=f"U{number:03}")
        for number in range(NETWORKS)
    ]
    for number in range(PRACTICES):
        parent = networks[number % NETWORKS]
        add_place(name=f"Practice {number}", kind="practice", parent=parent, start=start, code=f"P{number:05}")
    return icb


def _people(icb: Any) -> list[Any]:
    from django.utils import timezone

    from keepwell.web.accounts.models import Grant, Role, User

    role, people = Role.objects.get(key="ics_lead"), []
    for number in range(USERS):
        user = User(email=f"user{number}@example.org", name=f"User {number}", accepted_at=timezone.now())
        user.set_password(PASSWORD)
        user.save()
        Grant.objects.create(user=user, role=role, place=icb, in_force_at=timezone.now())
        people.append(user)
    return people


def _plans(rng: random.Random, by: Any) -> None:
    from django.utils import timezone

    from keepwell.web.places.models import Place
    from keepwell.web.plans.models import Action, Criterion, Plan, Shown

    icb = Place.objects.get(code="QX9")
    places = list(Place.objects.exclude(kind="region"))
    told = {"state": Plan.AGREED, "agreed_by": by, "agreed_at": timezone.now(), "started_by": by, "changed_by": by}
    plans = Plan.objects.bulk_create(Plan(place=place, title="Stay well", **told) for place in places)
    Shown.objects.bulk_create(Shown(plan=plan, to=icb, released_by=by) for plan in plans if plan.place_id != icb.pk)
    each = _actions(rng, plans, by)
    actions = Action.objects.bulk_create((next(each) for _ in range(ACTIONS)), batch_size=500)
    criteria = (Criterion(action=one, kind="milestone", words="The board agreed", state="open") for one in actions)
    Criterion.objects.bulk_create(criteria, batch_size=500)


def _actions(rng: random.Random, plans: list[Any], by: Any) -> Iterator[Any]:
    from keepwell.content.general_practice import levels, must_dos, offers, stages
    from keepwell.web.plans.models import Action
    from keepwell.web.plans.topics import abouts

    keys, aims = list(abouts()), [one.key for one in must_dos()][:-2]
    keys = [key for key in keys if key not in {one.key for one in must_dos()[-2:]}]
    names = [offer.key for offer in offers().offers]
    today = dt.datetime.now(tz=dt.UTC).date()
    for number in range(10 * ACTIONS):
        starts_on = today - dt.timedelta(days=rng.randrange(200))
        paid = rng.random() < 0.3
        yield Action(
            plan=plans[number % len(plans)],
            position=number // len(plans),
            state=rng.choices([Action.UNDER_WAY, Action.FINISHED, Action.STOPPED, Action.DRAFT], (80, 12, 4, 4))[0],
            topic=rng.choice(keys),
            aims=rng.sample(aims, rng.randrange(4)),
            what=f"Do the thing of number {number} with all who work there, and see whether it helps them",
            objective=f"People stay, in way {number}",
            level=rng.choice([one.key for one in levels()]),
            stage=rng.choice([one.key for one in stages()]),
            owner_words="Head of workforce",
            starts_on=starts_on,
            ends_on=starts_on + dt.timedelta(days=rng.randrange(60, 300)),
            offer=rng.choice(names) if paid else "",
            committed=rng.randrange(20_000) if paid else None,
            spent=rng.randrange(10_000) if paid else None,
            seeks_above="A system for rotas that all of us share" if rng.random() < 0.05 else "",
            changed_by=by,
        )


def _beside(rng: random.Random, by: Any) -> None:
    """What stands beside the plans: answered check-ins, ratings, money passed on, an index of need, answers."""
    from django.utils import timezone

    from keepwell.web.alignment.models import Allocation, NeedPart, NeedValue, Reply
    from keepwell.web.assessments.models import Answer, Round
    from keepwell.web.assessments.models import Shown as ShownRating
    from keepwell.web.following.models import CheckIn
    from keepwell.web.places.models import Place
    from keepwell.web.plans.models import Action

    icb, now = Place.objects.get(code="QX9"), timezone.now()
    said = {"answered_by": by, "answered_at": now, "changed_by": by, "answers": {"progress": "on_course"}}
    begun = Action.objects.filter(state=Action.UNDER_WAY)
    CheckIn.objects.bulk_create(
        (
            CheckIn(action=one, cycle=1, key="day_30", due_on=now.date(), progress="on_course", **said)
            for one in begun[::2]
        ),
        batch_size=500,
    )
    Reply.objects.bulk_create(
        Reply(action=one, place=icb, state=Reply.NOT_NOW, words="Not before April", changed_by=by)
        for one in begun.exclude(seeks_above="").exclude(plan__place=icb)[::2]
    )
    told = {"started_by": by, "agreed_by": by, "agreed_at": now, "state": Round.AGREED}
    for place in Place.objects.filter(kind="trust"):
        round = Round.objects.create(place=place, assessment="retention_traffic_light", **told)
        Answer.objects.bulk_create(
            Answer(round=round, item=topic.key, rating=rng.choice(["red", "amber", "green"]), changed_by=by)
            for topic in round.content.items
        )
        ShownRating.objects.create(round=round, to=icb, released_by=by)
    below, today = list(Place.objects.filter(parent=icb)), now.date()
    Allocation.objects.bulk_create(
        Allocation(place=icb, to=one, amount=50_000, starts_on=today, ends_on=today, what_for="Staying", changed_by=by)
        for one in below
    )
    for title, kind in (("Staff", NeedPart.COUNT), ("Leavers", NeedPart.RATE), ("Deprivation", NeedPart.RATE)):
        part = NeedPart.objects.create(place=icb, title=title, kind=kind, source="Made up", as_of=today, changed_by=by)
        NeedValue.objects.bulk_create(NeedValue(part=part, of=one, value=rng.randrange(1, 900)) for one in below)


def baseline(home: Path) -> str:
    """The plain SQL over the same rows, fifty times."""
    took = []
    with sqlite3.connect(home / "keepwell.sqlite3") as open_file:
        [(icb,)] = open_file.execute("SELECT id FROM places_place WHERE code = 'QX9'").fetchall()
        for _ in range(50):
            began = time.perf_counter()
            rows = open_file.execute(COUNTS, {"icb": icb}).fetchall()
            took.append(time.perf_counter() - began)
    return f"{sum(row[1] for row in rows):,} actions by topic in plain SQL: {p95(took)}"


def measure(home: Path) -> None:
    print(baseline(home))
    site = Served(home)
    try:
        people = [site.sign_in(number) for number in range(USERS)]
        for name, paths in PAGES.items():
            at_once(site, people, [[paths[0]]] * USERS)  # first asked: templates and content are read
            alone = at_once(site, people[:1], [list(paths) * ROUNDS])
            took = at_once(site, people, [list(paths) * ROUNDS] * USERS)
            size = len(site.ask(paths[0], people[0])[1]) / 1000
            print(f"{name}, eight at once: {p95(took)}; alone {1000 * statistics.median(alone):,.0f}; {size:.0f} KB")
    finally:
        site.end()


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make(Path(sys.argv[2]))
    else:
        print(json.dumps({"processors": os.cpu_count(), "load before": os.getloadavg()[0]}))
        with tempfile.TemporaryDirectory(prefix="keepwell-combined-") as folder:
            subprocess.run([sys.executable, __file__, "make", folder], check=True)
            measure(Path(folder))
