"""nbgrader's settings for a course folder, derived from `course.toml`."""

from __future__ import annotations

from pathlib import Path

from traitlets.config import Config

from autograder.course import load_course


def configure(config: Config, folder: Path) -> None:
    """Set nbgrader's folders, gradebook and limits to the course's."""
    course = load_course(folder)
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.source_directory = "build/source"
    config.CourseDirectory.release_directory = "notebooks"
    config.CourseDirectory.submitted_directory = "submitted"
    config.CourseDirectory.autograded_directory = "autograded"
    config.CourseDirectory.feedback_directory = "feedback"
    config.CourseDirectory.db_url = course.db_url
    config.Execute.timeout = int(max(a.limits.cell_wall_seconds for a in course.assignments))
