"""The door for notebooks: data frames in and out, the same numbers as the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest

import keepwell
from keepwell.enquiries import Enquiry, answer
from keepwell.errors import KeepwellError
from keepwell.records.workspace import Workspace

READERS: dict[str, Callable[[Path], object]] = {
    "pandas": lambda p: pd.read_csv(p, dtype=str),
    "polars": lambda p: pl.read_csv(p, infer_schema=False),
    "arrow": pa_csv.read_csv,
}


@pytest.mark.parametrize("kind", READERS)
def test_a_data_frame_loads_as_its_file_would(kind: str, tmp_path: Path, turnover_file: Callable[..., Path]) -> None:
    path = turnover_file(tmp_path / "t.csv", 10)
    [loaded] = keepwell.load(READERS[kind](path), workspace=tmp_path / "frame", name="mine")
    keepwell.load(path, workspace=tmp_path / "file")
    assert loaded.file == "mine.csv"
    frame, file = (
        keepwell.measure("leaver_rate", workspace=tmp_path / w, by=["staff_group"]) for w in ("frame", "file")
    )
    assert frame.to_arrow().equals(file.to_arrow())


def test_an_answer_is_taken_on_as_pandas_polars_or_arrow(system: Path) -> None:
    given = keepwell.measure("leaver_rate", workspace=system, by=["staff_group"], where={"organisation": "RZ1"})
    expected = answer(Workspace(system), Enquiry("leaver_rate", ("staff_group",), (("organisation", ("RZ1",)),))).rows()
    assert isinstance(given.to_arrow(), pa.Table)
    assert given.to_pandas()["leavers"].tolist() == [r["leavers"] for r in expected]
    assert given.to_polars()["leavers"].to_list() == [r["leavers"] for r in expected]
    assert given.definition.measure == "leaver_rate"
    assert "Not for sharing" in given._repr_html_()


def test_a_refusal_is_the_same_three_lines(tmp_path: Path) -> None:
    with pytest.raises(KeepwellError) as refused:
        keepwell.measure("leaver_rate", workspace=tmp_path / "nothing")
    assert len(str(refused.value).splitlines()) == 3


def test_what_the_package_does_not_have_is_said_as_python_says_it() -> None:
    with pytest.raises(AttributeError, match="no attribute 'score'"):
        keepwell.score  # noqa: B018
