"""Every measure, of every source, says the same on Spark as on DuckDB."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, Session, answer, sources_for
from keepwell.errors import KeepwellError
from keepwell.measures import Measure, measures

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),  # Spark leaves its sockets to the collector
]
CLOSE = 1e-9


def questions(asked: Measure, source: str, where: str) -> Iterator[Enquiry]:
    """Whole, by groups, of some, over several periods; by every method and basis that the measure has."""
    basis = asked.bases[-1] if asked.bases else None
    yield Enquiry(asked.name, source=source)
    yield Enquiry(asked.name, source=source, by=("organisation", "staff_group"), months=3, course=2)
    yield Enquiry(
        asked.name, source=source, by=("staff_group",), where=(("organisation", (where,)),), months=1, basis=basis
    )
    for method in asked.methods[1:] or (None,):
        for basis in asked.bases[1:] or (None,):
            if method or basis:
                yield Enquiry(asked.name, source=source, by=("organisation",), months=3, method=method, basis=basis)


def said(enquiry: Enquiry, session: Session) -> Released | str:
    """The answer, or the three lines of a refusal: those have to be the same too."""
    try:
        return answer(session.workspace, enquiry, session)
    except KeepwellError as refusal:
        return str(refusal)


def differences(first: Released | str, second: Released | str) -> list[str]:
    """Where two answers are not the same: counts exactly, sums of hours to 9 figures."""
    if isinstance(first, str) or isinstance(second, str):
        return [] if first == second else ["one is refused, or both for other reasons"]
    found = [] if first.table.schema == second.table.schema else ["other columns"]
    found += [] if (first.notes, first.definition) == (second.notes, second.definition) else ["other words"]
    if first.table.num_rows != second.table.num_rows:
        return [*found, f"{first.table.num_rows} rows and {second.table.num_rows}"]
    for i, (one, other) in enumerate(zip(first.rows(), second.rows(), strict=True)):
        found += [f"row {i}: {name}" for name in one if not same(one[name], other.get(name))]
    return found


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=CLOSE, abs_tol=1e-12)
    return type(one) is type(other) and bool(one == other)


def some(asked: list[Enquiry], name: str) -> list[Enquiry]:
    """The question of the whole, and one of the others, always the same one of a measure and a source."""
    return [asked[0], Random(f"{name} {asked[0].source}").choice(asked[1:])]


@pytest.mark.parametrize(
    "every", [pytest.param(False, id="some"), pytest.param(True, id="all", marks=pytest.mark.soak)]
)
@pytest.mark.parametrize("name", measures())
def test_every_measure_is_the_same_on_spark(name: str, every: bool, on_duckdb: Session, on_spark: Session) -> None:
    asked = measures()[name]
    sources = sources_for(on_duckdb.generation, asked)
    assert sources, "nothing is made up that it can be made from: add it to `everything`"
    answered = 0
    for source in sources:
        load = next(x for x in on_duckdb.generation.loads if x.format == source)
        waiting = [*questions(asked, source, load.organisations[0] if load.organisations else "RZ1")]
        waiting = waiting if every else some(waiting, name)
        for enquiry in waiting:
            here, there = said(enquiry, on_duckdb), said(enquiry, on_spark)
            assert differences(here, there) == [], enquiry
            answered += isinstance(here, Released) and here.table.num_rows > 0
            its_own = replace(enquiry, months=None, course=1)
            if isinstance(here, str) and its_own not in waiting:
                waiting.append(its_own)
    assert answered, "nothing was answered"


def as_ibis_does(monkeypatch: pytest.MonkeyPatch, on_spark: Session) -> None:
    """Tables in memory through pandas: a month that is missing makes all of them missing."""
    from ibis.backends.pyspark import Backend

    monkeypatch.setattr(type(on_spark.connection), "_register_in_memory_table", Backend._register_in_memory_table)


def in_the_sql(*changes: tuple[str, str]) -> Callable[[pytest.MonkeyPatch, Session], None]:
    """Other words in what is sent to Spark, and only there."""

    def plant(monkeypatch: pytest.MonkeyPatch, on_spark: Session) -> None:
        kind = type(on_spark.connection)
        sound = kind.compile

        def compiled(self: Any, *arguments: Any, **options: Any) -> str:
            sql = str(sound(self, *arguments, **options))
            for old, new in changes:
                sql = sql.replace(old, new)
            return sql

        monkeypatch.setattr(kind, "compile", compiled)

    return plant


RATE = Enquiry("leaver_rate", source="esr_staff_in_post", by=("staff_group",))
AGES = Enquiry("share_past_age", source="esr_staff_in_post", by=("staff_group",))
EARLY = Enquiry("early_leaving_of_leavers", source="esr_staff_in_post", by=("staff_group",))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pandas, on the way that is not ours
@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize(
    ("enquiry", "plant"),
    [
        pytest.param(EARLY, as_ibis_does, id="nulls lost on the way in"),
        pytest.param(RATE, in_the_sql((" AS DOUBLE)", " AS BIGINT)"), (" / ", " DIV ")), id="whole numbers divided"),
        pytest.param(EARLY, in_the_sql(("LEFT OUTER JOIN", "INNER JOIN")), id="rows without a partner dropped"),
        pytest.param(AGES, in_the_sql(("FLOOR(", "CEIL(")), id="ages rounded up"),
        pytest.param(RATE, in_the_sql((">= ", "> ")), id="an edge lost"),
    ],
)
def test_a_definition_that_is_wrong_on_spark_alone_is_caught(
    enquiry: Enquiry,
    plant: Callable[[pytest.MonkeyPatch, Session], None],
    on_duckdb: Session,
    on_spark: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant(monkeypatch, on_spark)
    with Session(on_spark.workspace, engine="spark") as wrong:
        planted = said(enquiry, wrong)
    assert isinstance(planted, Released), "it has to be wrong without a word"
    assert differences(said(enquiry, on_duckdb), planted)
