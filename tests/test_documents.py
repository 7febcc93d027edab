"""What the documents say can be followed: links, commands, options, make rules.

And the numbers of the front page are true.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest
import typer
import yaml
from places import ROOT

from autograder import cli
from autograder.course import load_course
from autograder.misconceptions import read_misconceptions
from autograder.simulate import misconceptions_path
from autograder.source import read_source

COURSE = load_course(ROOT)
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def documents() -> list[Path]:
    """Every document of the repository, committed or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return [ROOT / name for name in listed if (ROOT / name).exists()]


each_document = pytest.mark.parametrize("path", documents(), ids=lambda path: path.relative_to(ROOT).as_posix())


@cache
def anchors(path: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def code_of(path: Path) -> list[str]:
    """The lines of indented and fenced code, and what stands in backticks."""
    text = path.read_text(encoding="utf-8")
    fenced = "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    blocks = re.findall(r"^ {4,}(\S.*)$", text, re.MULTILINE)
    return [*fenced.splitlines(), *blocks, *(span.replace("\n", " ") for span in re.findall(r"`([^`]+)`", text))]


@each_document
def test_every_link_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    for target in targets:
        if re.match(r"[a-z]+:", target):
            assert target.startswith("https://"), target
            continue
        name, _, anchor = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        assert there.exists(), f"{target} is not there"
        assert there.is_relative_to(ROOT), f"{target} leads out of the repository"
        assert not anchor or anchor in anchors(there), f"{there.name} has no heading for #{anchor}"


@each_document
def test_every_make_rule_exists(path: Path) -> None:
    rules = set(re.findall(r"^([a-z./-]+)(?: [^:=]*)?:(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for line in code_of(path):
        for rule in re.findall(r"(?:^|&& )make ([a-z-]+)", line):
            assert rule in rules, f"there is no `make {rule}`"


@each_document
def test_every_command_and_option_exists(path: Path) -> None:
    commands = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]
    for line in code_of(path):
        said = re.match(r"(?:\.venv/bin/)?autograder(?: --course \S+)? ([a-z]\w*)\b(.*)", line.partition(" #")[0])
        if said is None:
            continue
        assert said[1] in commands, f"there is no `autograder {said[1]}`"
        known = {
            name for parameter in commands[said[1]].params for name in (*parameter.opts, *parameter.secondary_opts)
        }
        for option in re.findall(r"(?<=\s)--[a-z-]+", said[2]):
            assert option in known, f"`autograder {said[1]}` has no {option}"


def test_make_help_names_every_rule_that_the_readme_names() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    named = {rule for line in code_of(ROOT / "README.md") for rule in re.findall(r"^make ([a-z-]+)", line)}
    assert {"learn", "demo", "setup", "test"} <= named
    assert [rule for rule in named if f"make {rule} " not in shown] == []


def test_the_table_of_the_front_page_is_the_course() -> None:
    cell = r"^\| \[(\d\d) (.+?)\]\((\S+?)\)<br>\[!\[Open in Colab\]\(\S+?\)\]\((\S+?)\) \| .+ \| (\d+) min, (\d+) s \|$"
    results = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    table = results.partition("<!-- notebooks: begin -->")[2].partition("<!-- notebooks: end -->")[0]
    seconds = dict(re.findall(r"^\| (\w+) \| (\d+) \|", table, re.MULTILINE))
    rows = re.findall(cell, README, re.MULTILINE)
    expected = []
    for assignment in COURSE.assignments:
        source = (COURSE.source_folder / assignment.name / f"{assignment.name}.py").read_text(encoding="utf-8")
        minutes = re.search(r"\*\*Time:\*\* about (\d+) minutes", source)
        assert minutes
        notebook = f"notebooks/{assignment.name}/{assignment.name}.ipynb"
        url = COURSE.colab_url(assignment.name)
        expected.append((assignment.name[:2], assignment.title, notebook, url, minutes[1], seconds[assignment.name]))
    assert rows == expected


def test_the_front_page_counts_difficult_submissions_exercises_and_wrong_answers() -> None:
    difficult = [path for path in (ROOT / "tests" / "difficult").glob("*_*.py") if "neighbour" not in path.name]
    exercises = sum(len(read_source(COURSE, assignment.name).exercises) for assignment in COURSE.assignments)
    wrong = sum(len(read_misconceptions(misconceptions_path(COURSE, a.name))) for a in COURSE.assignments)
    text = " ".join(README.split())
    assert f"{len(difficult)} submissions that cheat" in text
    assert f"{wrong} wrong answers to {exercises} exercises" in text


def test_the_front_page_says_what_grading_costs_as_it_was_measured() -> None:
    results = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| (\d+) \| (.+?) \| ([\d.]+) \|.*\| (\d+) of (\d+) \|$", results, re.MULTILINE)
    rate = {(name, int(count), grader): round(float(per_minute)) for name, count, grader, per_minute, *_ in rows}
    graders = ("autograder grade --workers 2", "nbgrader autograde", "Otter-Grader")
    conv, net = ([rate[name, 40, grader] for grader in graders] for name in ("01_convolution", "01_small_net"))
    drawn, plain = (rate["01_convolution", 10, graders[0] + more] for more in (" --figures", ""))
    text = " ".join(README.split())
    assert f"graded at {conv[0]} a minute, by nbgrader at {conv[1]}, by Otter-Grader at {conv[2]};" in text
    assert f"a small Keras network at {net[0]}, {net[1]} and {net[2]}." in text
    assert f"ten submissions are graded at {drawn} a minute, without at {plain}." in text
    assert all(same == of for *_, same, of in rows)


def test_the_address_of_the_clone_is_the_courses() -> None:
    guide = (ROOT / "docs" / "student-guide.md").read_text(encoding="utf-8")
    assert set(re.findall(r"git clone (\S+)", README + guide)) == {COURSE.repository}


def test_conda_gets_pythons_version_and_everything_else_from_pyproject() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment == {
        "name": PROJECT["name"],
        "channels": ["conda-forge"],
        "dependencies": [f"python{PROJECT['requires-python']}", "pip", {"pip": ["--editable .[all]"]}],
    }
    extras = PROJECT["optional-dependencies"]
    (everything,) = extras["all"]
    named = re.fullmatch(rf"{PROJECT['name']}\[(.+)\]", everything)
    assert named
    assert set(named[1].split(",")) == set(extras) - {"all"}


def test_the_changelog_begins_with_the_version_of_pyproject() -> None:
    first = re.search(r"^## (\S+?),? ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert first
    assert first[1] == PROJECT["version"]
