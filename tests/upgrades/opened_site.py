"""A process that brings an older site up to date, and says what it finds there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from keepwell.web.config.serving import get_ready

if __name__ == "__main__":
    get_ready(Path(sys.argv[1]))
    from django.contrib.auth import authenticate
    from django.test import RequestFactory

    from keepwell.enquiries.packs import read_pack
    from keepwell.web.accounts.models import Grant, Role, User
    from keepwell.web.accounts.rules import standing
    from keepwell.web.audit.models import AccessEvent
    from keepwell.web.audit.queries import verify
    from keepwell.web.places.models import Place
    from keepwell.web.releases.models import Pack

    lead = User.objects.get(email="retention.lead@demo.invalid")
    trust = Place.objects.get(code="RZ1")
    here = standing(lead, trust)
    asked = RequestFactory().post("/sign-in/")
    found = {
        "places": Place.objects.count(),
        "grants": Grant.objects.count(),
        "register": AccessEvent.objects.count(),
        "register broken": verify() is not None,
        "signs in": authenticate(asked, email=lead.email, password="stay well and stay together") == lead,
        "exact": here is not None and here.exact,
        "abilities": sorted(Role.objects.get(key="retention_lead").abilities),
        "packs": [len(read_pack(bytes(pack.content)).tables) for pack in Pack.objects.order_by("pk")],
    }
    sys.stdout.write(json.dumps(found))
