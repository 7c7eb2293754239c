"""How do control charts look as JSON, CSV or on a terminal?"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from keepwell.enquiries.changing import SpcAnswer, SpcPoint
from keepwell.enquiries.spc_words import ICON_WORDS, named
from keepwell.reports import tables
from keepwell.reports.tables import definition_lines

POINTS = ("period", "value", "mean", "lower limit", "upper limit", "special cause")
GROUPS = ("group", "latest", "mean", "lower limit", "upper limit", "variation", "target")
MANY = 5
SIGNS = {"improvement": "improvement", "concern": "concern", "neutral": "special cause"}


def as_json(answers: Sequence[SpcAnswer], *, one: bool) -> str:
    """One object, or a list of them: mean, limits, points, icons, and what the number is beside them."""
    content = [_object(answer) for answer in answers]
    return json.dumps(content[0] if one else content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _object(answer: SpcAnswer) -> dict[str, Any]:
    question, released = answer.question, answer.released
    return {
        "measure": answer.measure.name,
        "group": dict(answer.group),
        "sentence": answer.sentence,
        "mean": answer.mean,
        "lower_process_limit": answer.lower_process_limit,
        "upper_process_limit": answer.upper_process_limit,
        "points": [_point(point) for point in answer.points],
        "variation": answer.variation,
        "assurance": answer.assurance,
        "target": question.target,
        "improvement": answer.improvement,
        "chart": question.chart,
        "dialect": answer.dialect.name,
        "recalculate_at": [str(month) for month in question.recalculate_at],
        "notes": list(answer.notes),
        "refused": answer.refused,
        "definition": released.definition.as_dict(),
        "policy": {"name": released.policy.name, "mark": released.policy.mark, "audience": released.audience},
    }


def _point(point: SpcPoint) -> dict[str, Any]:
    """A point; `period` is its month, or the last month of a longer one."""
    return {
        "period": str(point.period.last),
        "period_start": point.period.start.isoformat(),
        "period_end": point.period.end.isoformat(),
        "value": point.value,
        "special_cause": point.special_cause,
        "rule": point.rule,
        "mean": point.mean,
        "lower_process_limit": point.lower_process_limit,
        "upper_process_limit": point.upper_process_limit,
    }


def as_csv(answers: Sequence[SpcAnswer]) -> str:
    """The points of every series, one below the other, with the groups as columns."""
    read = [list(csv.reader(io.StringIO(tables.as_csv(answer.released)))) for answer in answers]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([read[0][0], *(row for rows in read for row in rows[1:])])
    return out.getvalue()


def as_text(answers: Sequence[SpcAnswer], *, width: int) -> str:
    """The sentence first, then the points of one series or a line for each of several, then what the number is."""
    console = Console(width=width, file=io.StringIO(), highlight=False)
    one = answers[0] if len(answers) == 1 else None
    for sentence in [one.sentence] if one else [in_one_sentence(answers), *told(answers)]:
        console.print(sentence, markup=False)
    console.print()
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for i, name in enumerate(POINTS if one else GROUPS):
        shown.add_column(name, justify="right" if 0 < i < 5 and (one or i > 0) else "left")
    for row in [point_cells(one, point) for point in one.points] if one else [group_cells(a) for a in answers]:
        shown.add_row(*row)
    console.print(shown)
    console.print()
    if len(answers) >= MANY:
        console.print(
            f"  Note: Among {len(answers):,} charts some signal by chance alone: look twice before acting on one."
        )
    for note in dict.fromkeys(note for answer in answers for note in _own_notes(answer)):
        console.print(f"  Note: {note}", soft_wrap=True, markup=False)
    for line in [*_read_by(answers[0]), *definition_lines(answers[0].released)]:
        console.print(line, soft_wrap=True, markup=False)
    output = console.file
    assert isinstance(output, io.StringIO)
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines()) + "\n"


def _own_notes(answer: SpcAnswer) -> list[str]:
    """Its notes on the chart; those on the number stand with the definition."""
    own = [note for note in answer.notes if note not in answer.released.notes]
    return [f"{answer.name}: {note}" if answer.name else note for note in own]


def _read_by(answer: SpcAnswer) -> list[str]:
    way = "" if answer.improvement == "neutral" else f" Improvement here is a {answer.improvement}."
    return [f"Dialect {answer.dialect.name}: {answer.dialect.words}{way}"]


def point_cells(answer: SpcAnswer, point: SpcPoint) -> tuple[str, ...]:
    """A point as people read it, in the order of POINTS."""
    cause = (point.special_cause or "").partition("_")
    said = "" if point.value is None else f"{SIGNS[cause[0]]}, {cause[2]}: {point.rule}" if point.rule else "–"
    numbers = (point.value, point.mean, point.lower_process_limit, point.upper_process_limit)
    return (named(point.period), *(number_cell(answer, number) for number in numbers), said.replace("_", " "))


def group_cells(answer: SpcAnswer) -> tuple[str, ...]:
    """A series as people read it, in the order of GROUPS."""
    latest = answer.last.value if answer.last else None
    numbers = (latest, answer.mean, answer.lower_process_limit, answer.upper_process_limit)
    return (
        answer.name or "all together",
        *(number_cell(answer, number) for number in numbers),
        variation_cell(answer),
        ICON_WORDS[answer.assurance] if answer.assurance else "–",
    )


def variation_cell(answer: SpcAnswer) -> str:
    """The variation icon in words, or why there is none."""
    if answer.variation:
        return ICON_WORDS[answer.variation]
    return "not shown" if answer.refused else "cannot be judged"


def in_one_sentence(answers: Sequence[SpcAnswer]) -> str:
    """How many of several series are changing, the ones that matter most first."""
    kinds = {"concern": "getting worse", "improvement": "getting better", "neutral": "changing"}
    found = [(answer.variation or "none").partition("_")[0] for answer in answers]
    parts = [f"{found.count(kind)} {words}" for kind, words in kinds.items() if kind in found]
    parts += [f"{found.count('common')} not changing"] if "common" in found else []
    parts += [f"{found.count('none')} that cannot be judged"] if "none" in found else []
    return f"Of {len(answers)}: {', '.join(parts)}."


def told(answers: Sequence[SpcAnswer]) -> list[str]:
    """The sentences of the series that are changing, those getting worse first."""
    order = {"concern": 0, "improvement": 1, "neutral": 2}
    those = [a for a in answers if a.variation and a.variation != "common_cause"]
    those.sort(key=lambda answer: order[(answer.variation or "").partition("_")[0]])
    return [f"{answer.name}: {answer.sentence}" for answer in those]


def number_cell(answer: SpcAnswer, value: float | None) -> str:
    """A number of this measure: a percentage, a whole count or one decimal; a dash for none."""
    if value is None:
        return "–"
    if answer.measure.unit == "share":
        return f"{value:.2%}"
    return f"{value:,.0f}" if value.is_integer() and answer.measure.unit == "people" else f"{value:,.1f}"
