"""nbgrader's settings for a course folder, derived from `course.toml`."""

from __future__ import annotations

from pathlib import Path

from traitlets.config import Config

from autograder.course import load_course
from autograder.submission import ATTEMPTS


def configure(config: Config, folder: Path, *, rooms: bool = True) -> None:
    """Set nbgrader's folders, gradebook and limits to the course's.

    rooms  grade in the three rooms, and write feedback from their results; False leaves both to nbgrader's own
           execution in one kernel
    """
    course = load_course(folder)
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.source_directory = "build/source"
    config.CourseDirectory.release_directory = "notebooks"
    config.CourseDirectory.submitted_directory = "submitted"
    config.CourseDirectory.autograded_directory = "autograded"
    config.CourseDirectory.feedback_directory = "feedback"
    config.CourseDirectory.db_url = course.db_url
    config.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", ATTEMPTS]
    config.AssignLatePenalties.plugin_class = "autograder.nbgrader_plugin.CourseLatePenalty"
    config.CourseLatePenalty.course_folder = str(course.root)
    config.Execute.timeout = int(max(a.limits.cell_wall_seconds for a in course.assignments))
    if rooms:
        config.Autograde.sanitize_preprocessors = []
        config.Autograde.autograde_preprocessors = [
            "autograder.nbgrader_plugin.GradeInRooms",
            "nbgrader.preprocessors.AssignLatePenalties",
        ]
        config.GradeInRooms.course_folder = str(course.root)
        config.GenerateFeedback.exporter_class = "autograder.nbgrader_plugin.FeedbackPage"
        config.GenerateFeedback.preprocessors = []
        config.FeedbackPage.course_folder = str(course.root)
