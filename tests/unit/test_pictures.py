"""Pictures drawn by hand, and kept: what is in them, what they never hold, and that a kept one is the same one."""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from keepwell.charts import kept as kept_module
from keepwell.charts.control_chart import Trajectory, control_chart
from keepwell.charts.drawing import cut_to, ticks, width_of
from keepwell.charts.intervals import intervals
from keepwell.charts.kept import KeptPictures, key_of
from keepwell.charts.picture import BLUE, ORANGE, Picture
from keepwell.charts.reason_bars import reason_bars
from keepwell.charts.share_bars import share_bars
from keepwell.disclosure import Released
from keepwell.disclosure.policies import policy_for
from keepwell.disclosure.released import Definition
from keepwell.periods import Month

DEFINITION = Definition("leaver_rate", *[""] * 3, "share", *[""] * 8)


def released(rows: list[dict[str, object]], schema: pa.Schema | None = None) -> Released:
    return Released(
        pa.Table.from_pylist([{**row, "hidden": ""} for row in rows], schema),
        DEFINITION,
        policy_for("internal", inputs_published=False),
        "us",
    )


GROUPS = released(
    [
        {"unit": "Ward <b>1</b> & Sons", "share": 0.30, "lower_95": 0.22, "upper_95": 0.39, "highest": 0.5},
        {"unit": "A very long name of a team that nobody can read in one line on any page", "share": 0.1, "lower_95": 0.05,
         "upper_95": 0.9, "highest": 0.2},
        {"unit": "None left", "share": 0.0, "lower_95": 0.0, "upper_95": 0.1, "highest": 0.1},
    ]
)  # fmt: skip


def series(values: list[float | None], stretches: list[int] | None = None, cause: str | None = None) -> Released:
    rows = [
        {
            "period_start": date(2024 + i // 12, i % 12 + 1, 1),
            "period_end": Month(2024 * 12 + i).last_day,
            "value": value,
            "mean": 0.01,
            "lower_process_limit": 0.004,
            "upper_process_limit": 0.016,
            "special_cause": cause if i == len(values) - 1 else None,
            "stretch": stretches[i] if stretches else 0,
        }
        for i, value in enumerate(values)
    ]
    return released(rows)


def of_reasons(given: Released) -> Released:
    names = {"share": "reasons_for_leaving", "highest": "highest_share"}
    return replace(given, table=given.table.rename_columns([names.get(n, n) for n in given.table.column_names]))


DRAWN: dict[str, Callable[[], Picture]] = {
    "control chart": lambda: control_chart(
        series([0.01, 0.012, None, 0.02], cause="concern_high"), "Leavers", "Words <i>."
    ),
    "intervals": lambda: intervals(GROUPS, "unit", "share", 0.12, "Shares", "Words & more."),
    "shares": lambda: share_bars(GROUPS, "unit", "share", "Shares", "Words."),
    "reasons": lambda: reason_bars(of_reasons(GROUPS), "unit", "Reasons", "Words."),
    "nothing at all": lambda: share_bars(
        replace(GROUPS, table=GROUPS.table.slice(0, 0)), "unit", "share", "None", "No."
    ),
    "nothing to chart": lambda: control_chart(series([None, None]), "Leavers", "Words."),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_well_formed_named_and_fit_for_a_strict_page(name: str) -> None:
    made = DRAWN[name]()
    for svg, width in ((made.desk, 640), (made.phone, 320)):
        root = ET.fromstring(svg)  # noqa: S314 (our own)
        space = "{http://www.w3.org/2000/svg}"
        title, description = root.find(f"{space}title"), root.find(f"{space}desc")
        assert title is not None
        assert description is not None
        assert (title.text, description.text) == (made.title, made.description)
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert str(width) in str(title.get("id"))
        assert root.get("width") == str(width)
        assert " style=" not in svg
        assert "<script" not in svg
        assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
        assert "nan" not in re.sub(r"<(title|desc)[^>]*>[^<]*", "", svg)


@pytest.mark.parametrize("name", DRAWN)
def test_no_word_runs_out_of_the_picture(name: str) -> None:
    made = DRAWN[name]()
    for svg, width in ((made.desk, 640), (made.phone, 320)):
        for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):  # noqa: S314 (our own)
            x, wide = float(text.get("x", "0")), width_of(text.text or "", float(text.get("font-size", "13")))
            left = {"end": x - wide, "middle": x - wide / 2}.get(text.get("text-anchor", ""), x)
            assert left >= -6
            assert left + wide <= width + 6, text.text


def test_who_stands_above_is_another_shape_and_another_colour() -> None:
    desk = DRAWN["intervals"]().desk
    assert desk.count(f'Z" fill="{ORANGE}"') == 1  # a diamond, its interval all above
    assert len(re.findall(f'<circle[^>]*fill="{BLUE}"', desk)) == 2


def test_a_gap_breaks_the_line_and_limits_made_anew_start_again() -> None:
    whole = control_chart(series([0.01, 0.012, 0.011, 0.02]), "Leavers", "x").desk
    gap = control_chart(series([0.01, 0.012, None, 0.02]), "Leavers", "x").desk
    assert gap.count("<path") == whole.count("<path") + 1
    assert gap.count("<circle") == whole.count("<circle") - 1
    anew = control_chart(series([0.01] * 4, [0, 0, 1, 1]), "Leavers", "x").desk
    assert "limits made anew" in anew
    assert "limits made anew" not in whole


def test_a_way_to_a_target_lengthens_the_axis_and_is_named() -> None:
    line = Trajectory(Month.parse("2024-01"), 0.012, Month.parse("2026-12"), 0.006)
    drawn = control_chart(series([0.01] * 12), "Leavers", "x", trajectory=line)
    assert "aim: 0.6% by December 2026" in drawn.desk
    assert ">Dec 26<" in drawn.desk
    assert ">Dec 26<" not in control_chart(series([0.01] * 12), "Leavers", "x").desk


def test_words_are_cut_to_what_fits_and_ticks_are_round() -> None:
    assert cut_to("Ward 1", 100) == "Ward 1"
    cut = cut_to("A very long name of a team", 80)
    assert cut.endswith("…")
    assert width_of(cut) <= 80
    assert ticks(0.0, 0.1, 5) == pytest.approx([0.0, 0.02, 0.04, 0.06, 0.08, 0.1])
    assert ticks(3, 8, 5, whole=True) == [3, 4, 5, 6, 7, 8]
    assert ticks(2.0, 2.0, 5) == [2.0]


@pytest.fixture
def drawn_times(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    times: list[int] = []
    sound = share_bars.__globals__["drawn"]
    monkeypatch.setitem(share_bars.__globals__, "drawn", lambda *given: times.append(1) or sound(*given))
    return times


GIVEN = (GROUPS, "unit", "share", "Shares", "Words.")


def test_a_picture_is_drawn_once_and_read_after(tmp_path: Path, drawn_times: list[int]) -> None:
    kept = KeptPictures(tmp_path / "pictures")
    first = kept.picture(share_bars, *GIVEN)
    again = KeptPictures(tmp_path / "pictures").picture(share_bars, *GIVEN)
    assert first == again == share_bars(*GIVEN)
    assert len(drawn_times) == 2  # once kept, once here
    assert (tmp_path / "pictures").stat().st_mode & 0o077 == 0


def test_whatever_is_drawn_otherwise_has_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(GROUPS, table=GROUPS.table.slice(1))
    counts = replace(GROUPS, definition=replace(DEFINITION, unit="people"))
    keys = {key_of(share_bars, (given, *GIVEN[1:]), {}) for given in (GROUPS, other, counts)}
    keys |= {key_of(share_bars, (*GIVEN[:4], "Other words."), {}), key_of(share_bars, GIVEN, {"most": 2})}
    keys |= {key_of(intervals, GIVEN, {})}
    monkeypatch.setattr(kept_module, "VERSION", 99)
    keys |= {key_of(share_bars, GIVEN, {})}
    assert len(keys) == 7
    with pytest.raises(TypeError, match="object"):
        key_of(share_bars, (object(),), {})


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"title": "x"}', b"\xff\xfe"])
def test_a_broken_file_is_drawn_anew(tmp_path: Path, content: bytes, drawn_times: list[int]) -> None:
    kept = KeptPictures(tmp_path)
    sound = kept.picture(share_bars, *GIVEN)
    (path,) = tmp_path.iterdir()
    path.write_bytes(content)
    assert kept.picture(share_bars, *GIVEN) == sound
    assert len(drawn_times) == 2
    assert kept.picture(share_bars, *GIVEN) == sound
    assert len(drawn_times) == 2


def test_a_folder_that_cannot_be_written_hides_no_picture(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    assert KeptPictures(tmp_path / "a file").picture(share_bars, *GIVEN) == share_bars(*GIVEN)


def test_room_is_made_from_those_used_longest_ago_and_from_old_drafts(tmp_path: Path) -> None:
    for number, name in enumerate(["old.json", "new.json", ".draft"]):
        (tmp_path / name).write_bytes(b"x" * 100)
        os.utime(tmp_path / name, (1000 + number, 1000 + number))
    os.utime(tmp_path / "new.json")
    assert KeptPictures(tmp_path, most_bytes=1000).make_room() == 1  # the draft alone
    assert KeptPictures(tmp_path, most_bytes=100).make_room() == 1
    assert [path.name for path in tmp_path.iterdir()] == ["new.json"]


def _draw(folder: Path) -> list[Picture]:
    kept = KeptPictures(folder)
    return [kept.picture(share_bars, *GIVEN[:3], f"Shares {n % 5}", "Words.") for n in range(40)]


def test_several_processes_may_keep_the_same_pictures(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        made = list(pool.map(_draw, [tmp_path] * 4))
    assert all(pictures == made[0] for pictures in made)
    assert len(list(tmp_path.iterdir())) == 5
