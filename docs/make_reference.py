"""Does the reference say what the code says? Writes docs/reference from it, or with --check names what differs."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path

import click

from keepwell import cli, content, records
from keepwell.content import load_yaml
from keepwell.disclosure.policies import HIDING_POLICIES, POLICIES
from keepwell.enquiries import NEEDS, asking
from keepwell.measures import Measure, measures
from keepwell.records.flows import NAMED, PUBLISHED_FLOWS
from keepwell.records.staff import CLASSIFIED
from keepwell.sources import FORMATS, SourceFormat
from keepwell.sources.staff_columns import staff_fields

FOLDER = Path(__file__).parent / "reference"
MADE = "<!-- Made by docs/make_reference.py from the code. Do not edit: make format writes it anew. -->"
BY_HAND = ("settings.md",)
"""Pages that are written, and kept whole by a test: tests/house/test_web_settings.py."""
COUNTED_ON_THE_WAY = {"share_who_left": asking.with_interval}
"""Measures that have no file of their own, with the function that makes them; the others are counts of flows."""


def main(arguments: Sequence[str]) -> int:
    wanted = {FOLDER / name: text for name, text in pages().items()}
    there = set(FOLDER.rglob("*.md"))
    different = sorted(p for p, text in wanted.items() if p not in there or p.read_text("utf-8") != text)
    left_over = sorted(there - wanted.keys() - {FOLDER / name for name in BY_HAND})
    if "--check" in arguments:
        for path in (*different, *left_over):
            why = "left over" if path in left_over else "differs" if path in there else "missing"
            click.echo(f"{path.relative_to(FOLDER.parent)}: {why}. Try: make format", err=True)
        return 1 if different or left_over else 0
    for path in different:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], "utf-8")
    for path in left_over:
        path.unlink()
    return 0


def pages() -> dict[str, str]:
    """Every page of the reference, by its path in docs/reference."""
    found = {
        "index.md": _index(),
        "commands.md": _commands(),
        "columns.md": _columns(),
        "policies.md": _policies(),
        "staff-headings.md": _staff_headings(),
        "leaving-reasons.md": _leaving_reasons(),
        "assignment-statuses.md": _statuses(),
        "measures/index.md": _measures_index(),
        "formats/index.md": _formats_index(),
    }
    found |= {f"measures/{_file(m.name)}": _measure(m) for m in measures().values()}
    found |= {f"formats/{_file(f.name)}": _format(f) for f in FORMATS}
    return {name: f"{MADE}\n\n{text.strip()}\n" for name, text in sorted(found.items())}


def _file(name: str) -> str:
    return f"{name.replace('_', '-')}.md"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(_cell(c) for c in line)} |" for line in lines)


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"- **{name}**: {_cell(words)}" for name, words in facts)


def _cell(text: str) -> str:
    return " ".join(_text(text).split()).replace("|", "\\|")


def _text(words: str) -> str:
    """Words as Markdown: a "<" is no tag, but inside an indented block it is left alone."""
    lines = (line if line.startswith("    ") else line.replace("<", "&lt;") for line in words.splitlines())
    return "\n".join(lines)


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _yes(truth: object) -> str:
    return "yes" if truth else "no"


def _index() -> str:
    return """# Reference

Made from the code, so that it cannot say something else than the program does.

- [Commands](commands.md): every command and option
- [Measures](measures/index.md): every number, its formula and its source
- [Formats](formats/index.md): every file that can be loaded
- [Columns](columns.md): what stands in a column of an answer
- [Policies](policies.md): what may leave, and for whom
- [Headings of staff files](staff-headings.md): which heading is taken for which field
- [Reasons for leaving](leaving-reasons.md), with groups, destinations and national figures
- [Assignment statuses](assignment-statuses.md): who is in post
- [Settings](settings.md): what a deployer of the site may choose; written by hand, kept whole by a test"""


def _commands() -> str:
    about = inspect.cleandoc(cli.__doc__ or "").partition("\n\n")[2]
    context = click.Context(cli.cli, info_name="keepwell", **cli.cli.context_settings)
    parts = ["# Commands", _text(about), "Options of `keepwell` itself stand before the command.", _options(context)]
    for name, command in sorted(cli.cli.commands.items()):
        inside = click.Context(command, info_name=name, parent=context)
        usage = " ".join([inside.command_path, *command.collect_usage_pieces(inside)])
        words = inspect.cleandoc(command.help or "").replace("\b\n", "")
        parts += [f"## {name}", f"    {usage}", _text(words), _options(inside)]
    return "\n\n".join(part for part in parts if part)


def _options(context: click.Context) -> str:
    options = (p for p in context.command.get_params(context) if isinstance(p, click.Option))
    told = (option.get_help_record(context) for option in options)
    return "\n\n".join(f"`{names}`\n:   {_text(words) or '–'}" for names, words in filter(None, told))


def _measures_index() -> str:
    rows = [(f"[{m.label}]({_file(m.name)})", f"`{m.name}`", m.question) for m in measures().values()]
    return f"# Measures\n\n{_table(('Measure', 'Name', 'The question it answers'), rows)}"


def _measure(measure: Measure) -> str:
    facts = [
        ("Name", f"`{measure.name}`"),
        ("Unit", measure.unit),
        ("Made from", " or ".join(NEEDS[need] for need in measure.needs)),
        ("Basis (`--basis`)", _code(measure.bases)),
        ("Method (`--method`)", _code(measure.methods)),
        ("Better", measure.better),
        ("Source", measure.reference),
    ]
    parts = [f"# {measure.label}", f"*{measure.question}*", _text(measure.words), f"> {_text(measure.formula)}"]
    parts += [_facts(facts), f"```sh\nkeepwell measure {measure.name}\n```"]
    if measure.columns:
        parts += ["## Columns of its own", _table(("Column", "Meaning"), _named(measure.columns.items()))]
    parts += ["The other columns: [Columns](../columns.md).", "## How it is made", _how_made(measure.name)]
    return "\n\n".join(parts)


def _how_made(name: str) -> str:
    if find_spec(f"keepwell.measures.{name}"):
        function = getattr(importlib.import_module(f"keepwell.measures.{name}"), name)
    elif name in COUNTED_ON_THE_WAY:
        function = COUNTED_ON_THE_WAY[name]
    else:
        return "Counted with the flows, on the way to the rates: `records/flows.py` for published counts, \
`records/counting.py` for staff records."
    path = Path(inspect.getsourcefile(function) or "").relative_to(Path(records.__file__).parents[3])
    words = re.sub(r"\n(?=(Input|Columns|Source|Raises)\b)", "\n\n", inspect.getdoc(function) or "")
    return f"`{path.as_posix()}`, function `{function.__name__}`:\n\n{_text(words)}"


def _named(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(f"`{name}`", words) for name, words in pairs]


def _formats_index() -> str:
    rows = [(f"[{f.title}]({_file(f.name)})", f"`{f.name}`", _yes(f.people)) for f in FORMATS]
    intro = "A file is recognised by what is in it, not by its name. CSV, XLSX, XLS and ODS are read."
    return f"# Formats\n\n{intro}\n\n{_table(('Format', 'Name', 'Holds people'), rows)}"


def _format(source: SourceFormat) -> str:
    question, _, about = inspect.cleandoc(source.about).partition("\n\n")
    facts = [
        ("Name (`--as`)", f"`{source.name}`"),
        ("Fields it must have", ", ".join(source.needs)),
        ("Published figures", _yes(source.published)),
        ("Holds people", _yes(source.people)),
        ("A newer file about a month counts", _yes(source.newest_wins)),
        ("Describes organisations or names", _yes(source.reference)),
    ]
    fields = staff_fields() if source.people else {}
    rows = [
        (f"`{name}`", fields[name].means if name in fields else "", "; ".join(headings))
        for name, headings in source.headings.items()
    ]
    parts = [f"# {source.title}", f"*{question}*", _text(about), _facts(facts), "## Headings"]
    if rows and fields:
        parts += ["Where two headings fit one field, the one named first is taken."]
        parts += [_table(("Field", "Meaning", "Headings it is known by"), rows)]
    elif rows:
        parts += [_table(("Field", "Headings it is known by"), [(row[0], row[2]) for row in rows])]
    else:
        parts += ["The file has none; columns are told by their place."]
    return "\n\n".join([*parts, "## What is dropped", _dropped(source)])


def _dropped(source: SourceFormat) -> str:
    if not source.people:
        return "Columns that are not listed above are not read."
    return (
        "Names, NI numbers, addresses and the like are dropped on sight, by heading and by what the cells look "
        "like ([the patterns](../staff-headings.md#dropped-on-sight)). The person's number is kept only as a keyed "
        "hash, the date of birth only as year and month. Any other column is not taken, and the load says so. "
        "`--leave-out FIELD` leaves out a field that the table above has."
    )


def _columns() -> str:
    shared = _named(asking.COLUMN_WORDS.items())
    own: dict[tuple[str, str], list[str]] = {}
    for measure in measures().values():
        for name, words in measure.columns.items():
            own.setdefault((name, words), []).append(f"[{measure.label}](measures/{_file(measure.name)})")
    rows = [(f"`{name}`", words, ", ".join(of)) for (name, words), of in sorted(own.items())]
    published = [n for n in PUBLISHED_FLOWS.names if n in NAMED or n in ("cluster", "benchmark_group", "staff_group")]
    return "\n\n".join(
        [
            "# Columns",
            "Rates and shares are fractions from 0 to 1, unrounded. Percent signs are for people: the terminal and "
            "the report have them, files have not. Zero is 0; an empty cell means that there is no value.",
            "## In every answer",
            _table(("Column", "Meaning"), shared),
            "## Groups for `--by` and `--where`",
            f"Published turnover: {_code(published)}. Staff records: `organisation`, {_code(CLASSIFIED)}. Where lists "
            "of organisations are loaded, also the places that those give. Codes stand with their names beside them.",
            "## Of single measures",
            _table(("Column", "Meaning", "Measures"), rows),
        ]
    )


def _policies() -> str:
    rows = [
        (f"`{p.name}`", p.title, p.mark, p.audience, "published figures only" if p.published_inputs_only else "any")
        for p in (*POLICIES.values(), *HIDING_POLICIES.values())
    ]
    return "\n\n".join(
        [
            "# Policies",
            "A policy stands between a number and its reader. Without `--policy` it is `published` where every figure "
            "that went in is published, else `internal`. The mark is printed beside every number.",
            _table(("Policy", "Means", "Mark", "For", "Made from"), rows),
            "## What the hiding ones are for",
            f"{_code(HIDING_POLICIES)} are for people who are not entitled to the records. Beside an audience they hide "
            "what is small and what would tell it, and prove it: see [What may leave](../explanation/what-may-leave.md). "
            "Only `nhs` rounds. Nought is shown under all of them.",
        ]
    )


def _staff_headings() -> str:
    rows = [
        (f"`{f.name}`", f.means + (" Special category (UK GDPR)." if f.special else ""), f.kind, "; ".join(f.headings))
        for f in staff_fields().values()
    ]
    patterns = "\n".join(f"    {pattern}" for pattern in load_yaml("staff_headings.yaml")["dropped"])
    return "\n\n".join(
        [
            "# Headings of staff files",
            "Headings are compared without case, punctuation and line breaks. Where two fit one field, the one named "
            'first is taken. Name another with `--column field="Heading"`.',
            _table(("Field", "Meaning", "Kind", "Headings it is known by"), rows),
            "## Dropped on sight",
            "A column whose whole heading fits one of these patterns is dropped, and so is one whose cells look like "
            "NI numbers, e-mail addresses or postcodes. The load says which.",
            patterns,
        ]
    )


def _leaving_reasons() -> str:
    groups = [(g.label, _yes(g.voluntary), g.definition, g.why) for g in content.reason_groups()]
    labels = {g.name: g.label for g in content.reason_groups()}
    reasons = [
        (r.name, labels[r.group], _yes(r.voluntary), _yes(r.tells_why), "; ".join(r.aliases))
        for r in content.leaving_reasons()
    ]
    nhs = {True: "yes", False: "no", None: "the word does not tell"}
    places = [(d.name, nhs[d.inside_nhs], "; ".join(d.aliases), d.note) for d in content.destinations()]
    units = {name: unit["label"] for name, unit in load_yaml("national_reasons.yaml")["units"].items()}
    crowds = load_yaml("national_reasons.yaml")["populations"]
    national = [
        (b.measure, f"{b.value:.1%}", crowds[b.population], units[b.unit], b.period, b.source, b.doubt)
        for b in content.reason_benchmarks()
    ]
    heads = ("Reason", "Value", "Whom", "Share of what", "Period", "Source", "Doubt")
    return "\n\n".join(
        [
            "# Reasons for leaving",
            "As ESR words them. Dashes, spaces, capitals, “&” and the spelling of “dependants” make no difference.",
            "## Groups",
            "The groups, and what counts as voluntary, are ours: ESR has no such flag, and trusts differ.",
            _table(("Group", "Voluntary", "Means", "Why"), groups),
            "## Reasons",
            _table(("Reason", "Group", "Voluntary", "Tells why", "Also written"), reasons),
            "## Destinations on leaving",
            _table(("Destination", "Inside the NHS", "Also written", "Note"), places),
            "## National figures",
            "To be set beside a local share only where both are shares of the same thing, of the same people. The "
            "national table counts contracts that ended, not people.",
            _table(heads, national),
        ]
    )


def _statuses() -> str:
    states = load_yaml("assignment_statuses.yaml")["states"]
    rows = [(s.name, s.state, "; ".join(s.aliases), s.note) for s in content.assignment_statuses()]
    kinds = load_yaml("contracts.yaml")["contracts"]
    contracts = [(k["name"], _yes(k["in_scope"]), "; ".join(k["aliases"])) for k in kinds]
    return "\n\n".join(
        [
            "# Assignment statuses",
            "Who is in post on the day of the extract. These are our choices; a trust may read a status otherwise.",
            _table(("State", "Means"), _named(states.items())),
            _table(("Status", "State", "Also written", "Note"), rows),
            "## Contracts",
            _table(("Assignment category", "Counted as staff in post", "Also written"), contracts),
        ]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
