"""Does the chain of the register stay one chain when many write to it at once?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from cast import somebody, system
from django.db import connection, connections, transaction

from keepwell.web.audit.actions import record
from keepwell.web.audit.models import AccessEvent, ChainEnd, Kind
from keepwell.web.audit.queries import verify


def many(by, place, times):
    try:
        return [record(by=by, kind=Kind.VIEWED, what="A page", place=place).number for _ in range(times)]
    finally:
        connections.close_all()


@pytest.mark.usefixtures("committed")
def test_eight_who_view_pages_at_once_write_one_chain():
    here = system()
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    before = ChainEnd.objects.get().count
    with ThreadPoolExecutor(8) as people:
        numbers = [n for done in people.map(lambda _: many(lead, here.northmoor, 10), range(8)) for n in done]
    assert sorted(numbers) == list(range(before + 1, before + 81))
    assert AccessEvent.objects.count() == ChainEnd.objects.get().count == before + 80
    assert verify() is None


@pytest.mark.usefixtures("committed")
def test_an_event_whose_transaction_fails_leaves_no_gap_for_one_that_waited():
    here = system()
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    before = ChainEnd.objects.get().count
    with ThreadPoolExecutor(1) as people:
        with transaction.atomic():
            record(by=lead, kind=Kind.VIEWED, what="A page", place=here.northmoor)
            waiting = people.submit(many, lead, here.northmoor, 1)
            assert not waiting.done()
            transaction.set_rollback(True)
        assert waiting.result(timeout=30) == [before + 1]
    assert verify() is None


@pytest.mark.django_db
def test_a_flush_of_the_database_leaves_the_register():
    """Its tables are not among those that Django empties."""
    kept = connection.introspection.django_table_names(only_existing=True)
    assert "accounts_user" in kept
    assert {"audit_accessevent", "audit_chainend"} & set(kept) == set()
