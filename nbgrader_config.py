"""nbgrader's configuration, read from course.toml: every `nbgrader` command and the formgrader use it."""

from pathlib import Path

from autograder.nbgrader_settings import configure

configure(get_config(), Path(__file__).parent)  # noqa: F821  nbgrader provides get_config
