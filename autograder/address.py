"""A course moves to another repository on GitHub, a teacher's fork: `course.toml` and what students read say so."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace

from autograder.course import COURSE_FILE, Course, CourseError
from autograder.files import write_atomically

PAGES = ("README.md", "docs/student-guide.md")  # with badges and the command that clones the course
_PAGE = re.compile(
    r"https://github\.com/(?P<owner>[A-Za-z0-9][A-Za-z0-9-]*)/(?P<name>[A-Za-z0-9._-]+?)(?:\.git)?"
    r"(?:/tree/(?P<branch>[A-Za-z0-9][A-Za-z0-9._/-]*?))?/?"
)


def moved(course: Course, url: str) -> Course:
    """The course as students find it at `url`: what a browser shows on a repository's page, or on that of a branch.

    Without /tree/BRANCH the branch stays as it was. Raises CourseError for anything that is not on GitHub, since
    Colab opens notebooks from there alone.
    """
    page = _PAGE.fullmatch(url.strip())
    if page is None or set(page["name"]) <= {"."} or ".." in (page["branch"] or ""):
        raise CourseError(
            f"{url!r} is no repository on GitHub, from where Colab opens notebooks: give its address as a browser "
            "shows it, https://github.com/OWNER/NAME or https://github.com/OWNER/NAME/tree/BRANCH."
        )
    repository = f"https://github.com/{page['owner']}/{page['name']}"
    return replace(course, repository=repository, branch=page["branch"] or course.branch)


def write_address(course: Course, new: Course) -> None:
    """Put the new address into `course.toml`, and into badges and `git clone` of PAGES; all else in them stays.

    Raises CourseError where `course.toml` is written in an unusual way.
    """
    path = course.root / COURSE_FILE
    text = path.read_text(encoding="utf-8")
    old = tomllib.loads(text)
    for key, value in (("repository", new.repository), ("branch", new.branch)):
        if key in old:
            line = rf"""^({key}[ \t]*=[ \t]*)(?:"[^"\n]*"(?!")|'[^'\n]*'(?!'))"""
            text = re.sub(line, rf'\g<1>"{value}"', text, count=1, flags=re.MULTILINE)
        else:  # only the branch may be missing
            text = re.sub(r"^repository[ \t]*=.*$", rf'\g<0>\n{key} = "{value}"', text, count=1, flags=re.MULTILINE)
    if tomllib.loads(text) != old | {"repository": new.repository, "branch": new.branch}:
        raise CourseError(
            f'Set repository = "{new.repository}" and branch = "{new.branch}" in {path} yourself: '
            "they are not written there in one line each."
        )
    write_atomically(path, text)
    changes = {course.colab_url(each.name): new.colab_url(each.name) for each in course.assignments}
    changes[_clone(course)] = _clone(new)
    for path in (course.root / page for page in PAGES):
        if path.exists():
            text = path.read_text(encoding="utf-8")
            for before, after in changes.items():
                text = text.replace(before, after)
            write_atomically(path, text)


def _clone(course: Course) -> str:
    return f"git clone {course.repository} && cd {course.repository.rpartition('/')[2]}"
