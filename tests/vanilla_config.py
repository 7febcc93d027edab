"""The course's own nbgrader settings, with nbgrader's own plain execution."""

from pathlib import Path

from autograder.nbgrader_settings import configure

configure(get_config(), Path(__file__).parent, rooms=False)  # noqa: F821  nbgrader provides get_config
