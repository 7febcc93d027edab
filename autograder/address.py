"""Where students find the course: a repository on GitHub and a branch of it, and what a notebook says of them."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from autograder.course import COURSE_FILE, CourseError
from autograder.files import write_atomically

_PAGE = re.compile(
    r"https://github\.com/(?P<owner>[A-Za-z0-9][A-Za-z0-9-]*)/(?P<name>[A-Za-z0-9._-]+?)(?:\.git)?"
    r"(?:/tree/(?P<branch>[A-Za-z0-9][A-Za-z0-9._/-]*?))?/?"
)


@dataclass(frozen=True)
class Address:
    """A repository's page, https://github.com/OWNER/NAME, and a branch."""

    repository: str
    branch: str


def parse_address(url: str, branch: str) -> Address:
    """Read what the browser shows on a repository's page, or on that of one of its branches.

    branch: what to take where `url` names none.
    Raises CourseError for anything else. Colab opens notebooks from GitHub alone.
    """
    page = _PAGE.fullmatch(url.strip())
    if page is None or set(page["name"]) <= {"."} or ".." in (page["branch"] or ""):
        raise CourseError(
            f"{url!r} is no repository on GitHub, from where Colab opens notebooks: give its address as a browser "
            "shows it, https://github.com/OWNER/NAME or https://github.com/OWNER/NAME/tree/BRANCH."
        )
    return Address(f"https://github.com/{page['owner']}/{page['name']}", page["branch"] or branch)


def write_address(course_folder: Path, address: Address) -> None:
    """Put the address into `course.toml`; everything else in it stays, comments too.

    Raises CourseError where the file is written in an unusual way.
    """
    path = course_folder / COURSE_FILE
    text = path.read_text(encoding="utf-8")
    before = tomllib.loads(text)
    for key, value in (("repository", address.repository), ("branch", address.branch)):
        line = re.compile(rf"""^({key}[ \t]*=[ \t]*)(?:"[^"\n]*"(?!")|'[^'\n]*'(?!'))""", re.MULTILINE)
        if key in before:
            text = line.sub(rf'\g<1>"{value}"', text, count=1)
        else:  # only the branch may be missing
            text = re.sub(r"^repository[ \t]*=.*$", rf'\g<0>\n{key} = "{value}"', text, count=1, flags=re.MULTILINE)
    if tomllib.loads(text) != before | {"repository": address.repository, "branch": address.branch}:
        raise CourseError(
            f'Set repository = "{address.repository}" and branch = "{address.branch}" in {path} yourself: '
            "they are not written there in one line each."
        )
    write_atomically(path, text)
