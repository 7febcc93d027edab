"""docs/architecture.md says what is: its picture, its places, its rules, its commands and its exit codes."""

from __future__ import annotations

import ast
import io
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from places import ROOT
from test_grading import autograder

from autograder import cli
from autograder.course import Course

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PICTURES = ROOT / "docs" / "pictures"
REACHING_OUT = {
    "asyncio", "ctypes", "multiprocessing", "os", "pathlib", "shutil", "signal", "socket", "sqlite3", "subprocess",
    "tempfile", "threading", "urllib",
}  # fmt: skip


def section(title: str) -> str:
    """The text of a section, up to the next heading."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/architecture.md has no section {title!r}"
    return found[1]


def first_column(title: str) -> list[str]:
    """The names in code of each row's first cell, in the table of a section."""
    rows = [line.split("|")[1] for line in section(title).splitlines() if line.startswith("|")]
    return [name for cell in rows[2:] for name in re.findall(r"`([^`]+)`", cell) or [cell.strip()]]


def modules(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found
    return found


def imported(path: Path) -> set[str]:
    """The full names of what a file imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def roots(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(path)}


def calls(path: Path) -> set[str]:
    """The names of functions that a file calls by their plain names."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def test_the_picture_is_what_its_script_draws() -> None:
    script = runpy.run_path(str(PICTURES / "architecture.py"))
    assert (PICTURES / "architecture.svg").read_text(encoding="utf-8") == script["draw"](), "Run: make pictures"


def test_every_place_in_the_table_is_there() -> None:
    places = first_column("What is where")
    assert len(places) > 15
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_no_package_of_autograder_is_missing_in_the_table() -> None:
    packages = {f"autograder/{path.parent.name}/" for path in (ROOT / "autograder").glob("*/__init__.py")}
    assert packages <= set(first_column("What is where"))


def test_convkit_knows_nothing_of_autograder_and_neither_of_the_tests() -> None:
    tests = {path.stem for path in (ROOT / "tests").rglob("*.py")} | {"tests"}
    for path in [*modules("convkit"), *modules("autograder")]:
        assert not roots(path) & tests, path
    for path in modules("convkit"):
        assert "autograder" not in roots(path), path


def test_rooms_import_nothing_of_autograder_but_themselves() -> None:
    for path in modules("autograder/rooms"):
        own = {name for name in imported(path) if name.partition(".")[0] == "autograder"}
        assert all(name.startswith("autograder.rooms") for name in own), (path, own)


def test_autograder_has_no_pickle_no_marshal_and_no_eval_and_exec_in_two_places() -> None:
    for path in modules("autograder"):
        assert not roots(path) & {"pickle", "marshal", "shelve", "dill", "cloudpickle"}, path
        assert "eval" not in calls(path), path
    executing = {path.relative_to(ROOT).as_posix() for path in modules("autograder") if "exec" in calls(path)}
    assert executing == {"autograder/rooms/clean_room.py", "autograder/solutions.py"}


def test_modules_that_call_themselves_pure_reach_nothing() -> None:
    pure = [path for path in modules("autograder") if "Pure" in (ast.get_docstring(_tree(path)) or "")]
    assert len(pure) >= 5
    for path in pure:
        assert not roots(path) & REACHING_OUT, path


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_convkit_loads_without_keras() -> None:
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in modules("convkit")]
    code = (
        "import importlib, sys\n"
        "for name in ('keras', 'tensorflow', 'jax', 'torch', 'autograder'): sys.modules[name] = None\n"
        f"for name in {[name.removesuffix('.__init__') for name in names]}: importlib.import_module(name)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_commands_are_those_of_the_command_line() -> None:
    commands = [
        command.name or command.callback.__name__ for command in cli.app.registered_commands if command.callback
    ]
    assert sorted(first_column("Commands")) == sorted(commands)


def test_the_exit_codes_are_those_of_the_command_line() -> None:
    codes = first_column("Exit codes")
    assert codes == re.findall(r"\b\d+\b", str(cli.__doc__)) == ["0", "1", "2", "130"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("release",), 0),
        (("release", "--check"), 1),  # nothing was released yet
        (("release", "no_such_assignment"), 2),
        (("no_such_command",), 2),
    ],
)
def test_exit_codes(mini: Course, arguments: tuple[str, ...], code: int) -> None:
    assert autograder(mini, *arguments).returncode == code


@pytest.mark.slow
def test_the_kernel_of_the_front_page_has_learned_and_its_picture_is_committed() -> None:
    """Compared coarsely: another Matplotlib draws letters a little differently."""
    from PIL import Image

    script = runpy.run_path(str(PICTURES / "learned_kernel.py"))
    last = script["learned_kernels"]()[script["STEPS"][-1]]
    np.testing.assert_allclose(last, script["WANTED"], atol=0.02)
    drawn = io.BytesIO()
    script["save"](drawn)
    committed = [Image.open(file).convert("RGB") for file in (drawn, PICTURES / "learned-kernel.png")]
    small = [np.asarray(picture.resize((86, 34)), dtype=float) for picture in committed]
    assert np.abs(small[0] - small[1]).mean() < 3, "Run: make pictures"
