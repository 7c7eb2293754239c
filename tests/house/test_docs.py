"""Do the documents say what the program does, and no less?"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import metadata
from pathlib import Path

import pytest

from keepwell.cli import cli
from keepwell.content import list_yaml
from keepwell.disclosure import POLICIES
from keepwell.measures import measures
from keepwell.sources import FORMATS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
TURNOVER = "Turnover benchmarking 2. Staff group and organisation, monthly, Oct-25.csv"
PUBLIC_FILE = ROOT.parent / "shared" / "data" / "nhs_turnover" / TURNOVER
WRITTEN = sorted(p for p in (*ROOT.glob("*.md"), ROOT / "mkdocs.yml", *DOCS.rglob("*.md")) if p.is_file())

COUNTS_OF_FLOWS = {"headcount", "fte", "joiners", "leavers", "share_who_left"}
"""Measures without a file in measures/: they are counted with the flows, before any rate is made of them.
share_who_left stands beside them because its interval is made of the finished table, in enquiries."""

FORBIDDEN = {
    "a path of somebody's machine": r"(?<![\w.])/(work|home|root|tmp)/",
    "an address of a package registry": r"https?://[^\s)\"]*(pypi\.|pythonhosted|npmjs|conda)",
}


def the_maker():
    spec = importlib.util.spec_from_file_location("make_reference", DOCS / "make_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def contract() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


# The reference


def test_the_reference_is_up_to_date():
    assert the_maker().main(["--check"]) == 0


def test_a_page_that_differs_is_missing_or_left_over_is_named_and_nothing_is_written(tmp_path, monkeypatch, capsys):
    maker = the_maker()
    folder = shutil.copytree(REFERENCE, tmp_path / "docs" / "reference")
    monkeypatch.setattr(maker, "FOLDER", folder)
    (folder / "policies.md").write_text("Everything may leave.\n", "utf-8")
    (folder / "columns.md").unlink()
    (folder / "measures" / "planted.md").write_text("A measure that is no more.\n", "utf-8")
    before = {p: p.read_bytes() for p in folder.rglob("*.md")}
    assert maker.main(["--check"]) == 1
    said = capsys.readouterr().err
    for words in ("policies.md: differs", "columns.md: missing", "measures/planted.md: left over"):
        assert words in said
    assert {p: p.read_bytes() for p in folder.rglob("*.md")} == before
    maker.main([])
    assert maker.main(["--check"]) == 0


def undocumented() -> Iterator[str]:
    """What the program has and the reference does not name."""
    commands = (REFERENCE / "commands.md").read_text("utf-8")
    for name, command in cli.commands.items():
        _, there, part = commands.partition(f"\n## {name}\n")
        part = part.partition("\n## ")[0]
        if not there:
            yield name
        yield from (f"{name} {o}" for p in command.params for o in p.opts if o.startswith("-") and o not in part)
    policies = (REFERENCE / "policies.md").read_text("utf-8")
    yield from (name for name in POLICIES if f"`{name}`" not in policies)
    pages = [("measures", name) for name in measures()] + [("formats", f.name) for f in FORMATS]
    for folder, name in pages:
        page = REFERENCE / folder / f"{name.replace('_', '-')}.md"
        if not page.is_file() or f"`{name}`" not in page.read_text("utf-8"):
            yield name


def test_every_measure_format_command_option_and_policy_is_documented():
    assert list(undocumented()) == []


def test_a_planted_option_without_a_word_is_caught(monkeypatch):
    planted = type(cli.commands["measure"].params[-1])(["--planted"])
    monkeypatch.setattr(cli.commands["measure"], "params", [*cli.commands["measure"].params, planted])
    assert list(undocumented()) == ["measure --planted"]


def test_every_measure_is_in_the_glossary():
    glossary = (ROOT / "GLOSSARY.md").read_text("utf-8")
    assert [name for name in measures() if f"`{name}`" not in glossary] == []


def unpaired(names: set[str], files: set[str]) -> set[str]:
    """Measures with words and no function, or none where it is said that there is none."""
    return {n for n in names if (n in files) == (n in COUNTS_OF_FLOWS)} | (COUNTS_OF_FLOWS - names)


def test_every_measure_has_its_words_and_its_function_under_one_name():
    names = {Path(name).stem for name in list_yaml("measures")}
    assert names == set(measures())
    files = {p.stem for p in (ROOT / "src" / "keepwell" / "measures").glob("*.py")}
    assert unpaired(names, files) == set()
    assert unpaired({*names, "planted"}, files) == {"planted"}


# The README


def picture(readme: str) -> list[str]:
    """The floors in the README: what stands before the first gap of each line."""
    block = readme.partition("## The house")[2].partition("```\n")[2].partition("```")[0]
    return [re.split(r"\s{2,}", line)[0] for line in block.splitlines()]


def test_the_picture_of_the_house_equals_the_contract():
    layers = next(c for c in contract()["tool"]["importlinter"]["contracts"] if c["type"] == "layers")["layers"]
    readme = (ROOT / "README.md").read_text("utf-8")
    assert picture(readme) == layers
    assert picture(readme.replace("records  ", "utils  ")) != layers


def test_every_top_level_folder_has_its_line_in_the_readme():
    readme = (ROOT / "README.md").read_text("utf-8")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git repository here: its folders cannot be told from what was built")
    folders = {name.partition("/")[0] for name in tracked.stdout.splitlines() if "/" in name}
    assert [folder for folder in sorted(folders) if f"`{folder}/" not in readme] == []


def broken_links(page: Path, text: str) -> list[str]:
    targets = [t.partition("#")[0] for t in re.findall(r"\]\(([^)\s]+)\)", text) if not t.startswith(("http", "#"))]
    return [t for t in targets if t and not (page.parent / t).exists()]


@pytest.mark.parametrize("name", ["README.md", "GLOSSARY.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"])
def test_no_link_of_the_front_pages_is_broken(name):
    text = (ROOT / name).read_text("utf-8")
    assert broken_links(ROOT / name, text) == []
    assert broken_links(ROOT / name, f"{text}[planted](docs/planted.md)") == ["docs/planted.md"]


# What must not be said


def forbidden(text: str) -> list[str]:
    return [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text)]


@pytest.mark.parametrize("page", WRITTEN, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_the_documents_speak_of_the_project_alone(page):
    assert forbidden(page.read_text("utf-8")) == []


@pytest.mark.parametrize("planted", ["See /" + "work/data/x.csv", "https://pypi.org/project/x"])
def test_a_planted_path_or_registry_is_caught(planted):
    assert len(forbidden(planted)) == 1


# The site


def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(tmp_path)]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}  # a notice about the future of MkDocs, not about our pages
    built = subprocess.run(command, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False)
    assert (built.returncode, built.stderr) == (0, "")
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > len(measures())
    assert [p.name for p in pages if loaded_from_elsewhere(p.read_text("utf-8"))] == []


def loaded_from_elsewhere(page: str) -> list[str]:
    tags = re.findall(r"<(?:script|img|iframe|link|source)\b[^>]*>", page)
    return [t for t in tags if re.search(r"(?:src|href)=[\"']?(?:https?:)?//", t) and "canonical" not in t]


def test_a_planted_font_from_elsewhere_is_caught():
    assert loaded_from_elsewhere('<link rel="stylesheet" href="https://fonts.example/css">')


# Dependencies


def stated_dependencies() -> dict[str, tuple[str, str]]:
    page = (DOCS / "decisions" / "0003-dependencies.md").read_text("utf-8")
    rows = (re.split(r"\s*\|\s*", line.strip("| ")) for line in page.splitlines() if line.startswith("| "))
    return {row[0]: (row[1], row[2]) for row in rows if row[0] not in ("package", "---")}


def licence_of(package: str) -> str:
    about = metadata(package)
    said = [about["License-Expression"], (about["License"] or "")[:100], *(about.get_all("Classifier") or [])]
    return " ".join(part for part in said if part and ("::" not in part or "License" in part))


def test_every_dependency_has_its_line_with_its_version():
    project = contract()["project"]
    optional = project["optional-dependencies"]
    asked = [*project["dependencies"], *optional["pdf"], *optional["web"]]
    wanted = {re.split(r"[\[>]", a)[0]: a.partition(">=")[2].partition(",")[0] for a in asked}
    assert {name: version for name, (version, _) in stated_dependencies().items()} == wanted


@pytest.mark.parametrize("package", sorted(stated_dependencies()))
def test_the_licence_of_a_dependency_is_the_one_that_it_states(package):
    assert stated_dependencies()[package][1] in licence_of(package)


def test_a_planted_licence_is_caught():
    assert "GPL" not in licence_of("click")


# The tutorial


def examples(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """The complete shell examples of a page, each with the output shown below it."""
    blocks = re.findall(r"```sh\n(.*?)```(?:\s*```text\n(.*?)```)?", text, flags=re.DOTALL)
    for commands, output in blocks:
        yield commands.splitlines(), output.splitlines()


def not_said(shown: list[str], said: str) -> list[str]:
    """Lines of an example's output that the program did not say; a line with … stands for any."""
    lines = {" ".join(line.split()) for line in said.splitlines()}
    return [line for line in shown if "…" not in line and " ".join(line.split()) not in lines]


@pytest.mark.real
def test_the_tutorial_runs_as_it_is_written(tmp_path):
    if not PUBLIC_FILE.is_file():
        pytest.skip(f"the public file is not here: {PUBLIC_FILE.name}")
    shutil.copy(PUBLIC_FILE, tmp_path / "turnover-2025-10.csv")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | {"PATH": path, "COLUMNS": "200", "KEEPWELL_KEY_FILE": str(tmp_path / "key")}
    env.pop("KEEPWELL_WORKSPACE", None)
    found = list(examples((DOCS / "tutorial.md").read_text("utf-8")))
    assert len(found) >= 7
    for commands, shown in found:
        refused = any(line.startswith("  Try:") for line in shown)
        ran = subprocess.run(
            ["/bin/sh", "-e", "-c", "\n".join(commands)],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == (2 if refused else 0), (commands, ran.stderr)
        assert not_said(shown, ran.stderr if refused else ran.stdout) == [], commands
    assert (tmp_path / "keepwell-report.html").is_file()


def test_a_planted_line_of_output_is_caught():
    assert not_said(["Report: x.html", "… and more", "Planted"], "Report:  x.html\n") == ["Planted"]
