"""A fork's address goes into course.toml, badges and install lines; anything else is one sentence."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from test_grading import autograder

from autograder.address import moved, write_address
from autograder.course import Course, CourseError, load_course

FORK = "https://github.com/Me-2/my.course"


@pytest.mark.parametrize(
    ("url", "branch"),
    [
        (FORK, "main"),
        (f"{FORK}/", "main"),
        (f" {FORK}.git\n", "main"),
        (f"{FORK}/tree/spring-2027", "spring-2027"),
        (f"{FORK}/tree/spring/2027/", "spring/2027"),
    ],
)
def test_an_address_is_read_as_a_browser_shows_it(url: str, branch: str, mini: Course) -> None:
    here = moved(mini, url)
    assert (here.repository, here.branch) == (FORK, branch)


@pytest.mark.parametrize(
    "url",
    [
        "", "me/course", "github.com/me/course", "http://github.com/me/course", "https://gitlab.com/me/course",
        "https://github.com/me", "https://github.com/me/course/blob/main/README.md", "https://github.com/me/..",
        "https://github.com/me/course/tree/", "https://github.com/me/course/tree/a..b", "git@github.com:me/course.git",
        'https://github.com/me/a"b', "https://github.com/me/course?tab=readme", "https://github.com/me/a b",
        "https://github.com.evil.org/me/course", "https://github.com/me/course/tree/-x",
    ],
)  # fmt: skip
def test_what_is_no_repository_on_github_is_one_sentence(url: str, mini: Course) -> None:
    with pytest.raises(CourseError) as error:
        moved(mini, url)
    assert "https://github.com/OWNER/NAME/tree/BRANCH" in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    "lines",
    [
        'repository = "https://github.com/a/b"\nbranch = "main"\n',
        "branch='main' # ours\nrepository   =   'https://github.com/a/b'  # where it lies\n",
        'repository = "https://github.com/a/b"  # no branch\n',
    ],
)
def test_the_file_keeps_everything_else(tmp_path: Path, lines: str) -> None:
    rest = '# Ours.\ntitle = "T"\n{}\n[assignments]\n01_a = {{ title = "repository = 3" }}  # first\n'
    path = tmp_path / "course.toml"
    path.write_text(rest.format(lines))
    before = tomllib.loads(path.read_text())
    course = load_course(tmp_path)
    write_address(course, moved(course, f"{FORK}/tree/spring"))
    assert tomllib.loads(path.read_text()) == before | {"repository": FORK, "branch": "spring"}
    comments = [line.partition("#")[2] for line in rest.format(lines).splitlines() if "#" in line]
    assert all(comment in path.read_text() for comment in comments)


def test_a_file_that_is_written_otherwise_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "course.toml"
    path.write_text('title = "T"\nrepository = """https://github.com/a/b"""\n[assignments]\na = {}\n')
    course = load_course(tmp_path)
    with pytest.raises(CourseError, match="yourself"):
        write_address(course, moved(course, FORK))
    assert "a/b" in path.read_text()


@pytest.mark.parametrize("page", ["README.md", "docs/student-guide.md"])
def test_badges_and_the_command_that_clones_move_along(mini: Course, page: str) -> None:
    path = mini.root / page
    path.parent.mkdir(exist_ok=True)

    def text(course: Course) -> str:
        folder = course.repository.rpartition("/")[2]
        badge = f"[open]({course.colab_url('01_mini')})"
        return f"{badge}, [home]({mini.repository})\n\n    git clone {course.repository} && cd {folder}\n"

    path.write_text(text(mini))
    here = moved(mini, FORK)
    write_address(mini, here)
    assert path.read_text() == text(here)


@pytest.fixture
def linked(mini: Course) -> Course:
    """The small course with a badge and an installation in its notebook."""
    path = mini.source_folder / "01_mini" / "01_mini.py"
    path.write_text(path.read_text().replace("x = np.arange(3.0)", "# @@INSTALL@@\nx = np.arange(3.0)"))
    path.write_text(path.read_text().replace("# # Mini", "# # Mini\n#\n# [badge](@@COLAB@@)", 1))
    return mini


def released(course: Course) -> tuple[str, str]:
    """The notebook's first cell, and all of its code."""
    cells = json.loads((course.release_folder / "01_mini" / "01_mini.ipynb").read_text())["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return "".join(cells[0]["source"]), "\n".join(code)


@pytest.mark.slow
def test_a_fork_is_released_under_its_own_address_from_then_on(linked: Course) -> None:
    done = autograder(linked, "release", "--url", f"{FORK}/tree/spring")
    assert done.returncode == 0 and f"course.toml: {FORK}, branch spring" in done.stdout
    first, code = released(linked)
    badge = "https://colab.research.google.com/github/Me-2/my.course/blob/spring/notebooks/01_mini/01_mini.ipynb"
    assert f"({badge})" in first
    assert f'address = "git+{FORK}@spring"' in code
    assert load_course(linked.root).install_url == f"git+{FORK}@spring"
    assert autograder(linked, "release", "--check").returncode == 0
    assert autograder(linked, "release", "--check", "--url", FORK).returncode == 0  # the branch stays


@pytest.mark.slow
def test_a_check_against_an_address_writes_nothing(linked: Course) -> None:
    assert autograder(linked, "release").returncode == 0
    files = [linked.root / "course.toml", linked.release_folder / "01_mini" / "01_mini.ipynb"]
    before = [path.read_bytes() for path in files]
    assert autograder(linked, "release", "--check", "--url", FORK).returncode == 1
    assert [path.read_bytes() for path in files] == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--url", "https://gitlab.com/me/course"], "is no repository on GitHub"),
        (["01_mini", "--url", FORK], "name no assignment"),
    ],
)
def test_wrong_use_is_one_sentence_and_changes_nothing(linked: Course, arguments: list[str], words: str) -> None:
    before = (linked.root / "course.toml").read_bytes()
    done = autograder(linked, "release", *arguments)
    assert done.returncode == 2 and words in " ".join(done.stderr.split()) and "Traceback" not in done.stderr
    assert (linked.root / "course.toml").read_bytes() == before
