"""The definitions can be run where the data is: each is compiled to the SQL of Spark."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import ibis
import pytest
from ibis.config import Config, options
from worlds import database

from keepwell.enquiries.from_staff import PEOPLE
from keepwell.measures.joiner_rate import joiner_rate
from keepwell.measures.leaver_rate import leaver_rate
from keepwell.measures.reasons_for_leaving import reasons_for_leaving
from keepwell.measures.reasons_known import reasons_known
from keepwell.measures.retirement_share import retirement_share
from keepwell.measures.stability_index import stability_index
from keepwell.measures.voluntary_leaver_rate import voluntary_leaver_rate
from keepwell.records.counting import event_flows, snapshot_flows
from keepwell.records.flows import Grouping
from keepwell.records.spells import spells
from keepwell.records.staff import LEAVERS

BY = Grouping(("organisation", "staff_group"))
LEFT = ibis.table(
    {**ibis.schema(LEAVERS), "provisional": "boolean", "period_start": "date", "period_end": "date"}, name="leavers"
)


def flows() -> ibis.Table:
    return snapshot_flows(database().records, database().windows, BY)


EXPRESSIONS: dict[str, Callable[[], ibis.Table]] = {
    "spells": lambda: spells(database().positions, database().seen),
    "snapshot_flows": lambda: stability_index(joiner_rate(leaver_rate(flows()))),
    "event_flows": lambda: leaver_rate(event_flows(database().records, database().windows, BY, "system"), "fte"),
    **{name: lambda m=m: m(database().records, database().windows, BY) for name, m in PEOPLE.items()},
    "reasons_for_leaving": lambda: reasons_for_leaving(LEFT, BY),
    "reasons_known": lambda: reasons_known(LEFT, BY),
    "retirement_share": lambda: retirement_share(LEFT, database().records.spells, BY),
    "voluntary_leaver_rate": lambda: voluntary_leaver_rate(LEFT, flows(), BY),
}


@pytest.fixture
def _spark_without_spark() -> Iterator[None]:
    """Ibis asks for the option of its Spark backend, which is there only where Spark is."""

    class Spark(Config):
        treat_nan_as_null: bool = False

    before, options.pyspark = options.pyspark, Spark()
    yield
    options.pyspark = before


@pytest.mark.usefixtures("_spark_without_spark")
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_definition_has_a_form_for_spark(name: str) -> None:
    assert "SELECT" in ibis.to_sql(EXPRESSIONS[name](), dialect="pyspark")


@pytest.mark.usefixtures("_spark_without_spark")
def test_what_spark_does_not_know_is_found() -> None:
    """The planted fault: bit_or, the reason that the fast flows are not the definition."""
    with pytest.raises(ibis.common.exceptions.OperationNotDefinedError):
        ibis.to_sql(database().seen.aggregate(bits=database().seen.month.bit_or()), dialect="pyspark")
