"""Grading into a real PostgreSQL, started for the test."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from many import A, autograder, gradebook_rows, hand_in_class

from autograder.course import Course, load_course
from autograder.gradebook import open_gradebook


def binaries() -> Path | None:
    """Debian keeps them off PATH, by version; others on PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The URL of an empty database, behind a socket in a temporary folder. As root, the server runs as `postgres`."""
    folder = binaries()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: make database")
    become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as name:
        if become:
            shutil.chown(name, "postgres")

        def run(program: str, *arguments: str) -> None:
            subprocess.run(
                [*become, str(folder / program), *arguments], check=True, cwd=name, stdout=subprocess.DEVNULL
            )

        data = f"{name}/data"
        run("initdb", "-D", data, "-U", "grader", "-A", "trust", "-N", "-E", "UTF8")
        options = f"-k {name} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "-D", data, "-w", "-l", f"{name}/log", "-o", options, "start")
        try:
            run("createdb", "-h", name, "-U", "grader", "gradebook")
            yield f"postgresql+psycopg://grader@/gradebook?host={name}"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")


@pytest.mark.slow
def test_a_class_is_graded_into_postgresql_as_into_sqlite(mini: Course, database: str) -> None:
    hand_in_class(mini)
    settings = mini.root / "course.toml"
    text = settings.read_text()
    assert autograder(mini, "grade", A).returncode == 0
    in_sqlite = gradebook_rows(mini)
    settings.write_text(f'db_url = "{database}"\n{text}')
    course = load_course(mini.root)
    done = autograder(course, "grade", A)
    assert done.returncode == 0, done.stderr
    assert gradebook_rows(course) == in_sqlite  # filled from kept results
    with open_gradebook(course) as gradebook:
        row = gradebook.find_grade("written", A, A, "ada")
        row.manual_score, row.needs_manual_grade = 4.0, False
        gradebook.db.commit()
    assert autograder(course, "grade", A, "--regrade").returncode == 0
    assert gradebook_rows(course)["ada"]["written"] == (None, 4.0, False)
    assert autograder(course, "feedback", A).returncode == 0
    assert autograder(course, "grade", A, "--students", "ada").returncode == 0


@pytest.mark.slow
def test_a_database_that_does_not_answer_is_one_sentence_without_its_password(mini: Course) -> None:
    hand_in_class(mini, 1)
    settings = mini.root / "course.toml"
    settings.write_text('db_url = "postgresql+psycopg://grader:sesame@127.0.0.1:9/x"\n' + settings.read_text())
    done = autograder(mini, "grade", A)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "sesame" not in done.stderr and "cannot be used" in done.stderr
