"""nbgrader's own commands and the formgrader's buttons, through nbgrader's configuration.

`nbgrader autograde` grades in the three rooms; `nbgrader generate_feedback` writes the page of `autograder feedback`.
"""

from __future__ import annotations

import atexit
import json
from functools import cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from autograder.classroom import feedback_page, grade_and_store, load_result, rooms_for
from autograder.course import Course, CourseError, load_course
from autograder.gradebook import open_gradebook
from autograder.rooms.server import RoomServer
from autograder.source import AssignmentSource, read_source


class GradeInRooms(NbGraderPreprocessor):
    """Takes the place of nbgrader's Execute and SaveAutoGrades: the score is the rooms' verdict, not an output."""

    course_folder = Unicode("", help="The folder of course.toml.").tag(config=True)
    sandbox = Unicode("bubblewrap", help="bubblewrap or none, as for `autograder grade`.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Grade one submission, store its result and return it as it ran."""
        about = resources["nbgrader"]
        course = load_course(Path(self.course_folder))
        source = read_source(course, about["assignment"])
        data = json.dumps(nb).encode()
        with open_gradebook(course) as gradebook:
            rooms = _rooms(self.course_folder, source.name, self.sandbox)
            graded = grade_and_store(course, source, about["student"], data, rooms, gradebook)
        return graded.notebook or nb, resources


class FeedbackPage(Exporter):
    """Takes the place of nbgrader's HTMLExporter: the page comes from the stored result, not from a notebook's outputs.

    So no hidden test is in it, whatever the autograded notebook holds.
    """

    course_folder = Unicode("", help="The folder of course.toml.").tag(config=True)

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override]  # an exporter may return text
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page of the submission that `resources` names; CourseError if it was not graded by `autograder`."""
        resources = self._init_resources(resources)
        about = resources["nbgrader"]
        course = load_course(Path(self.course_folder))
        result = load_result(course, about["assignment"], about["student"])
        if result is None:
            raise CourseError(
                f"There is no result of {about['student']} for {about['assignment']}. "
                f"Run: autograder grade {about['assignment']} --students {about['student']}"
            )
        with open_gradebook(course) as gradebook:
            return feedback_page(course, result, gradebook), resources


class CourseLatePenalty(LateSubmissionPlugin):
    """The late policy of `course.toml` for nbgrader's own AssignLatePenalties."""

    course_folder = Unicode("", help="The folder of course.toml.").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        """Points taken off `score`; nbgrader asks only about late work."""
        course = load_course(Path(self.course_folder))
        return course.assignment(self.parent.assignment_id).late.penalty(score, total_seconds_late)


@cache
def _rooms(course_folder: str, assignment: str, sandbox: str) -> RoomServer:
    """One warm pair of rooms per process and assignment, closed when the process ends."""
    course: Course = load_course(Path(course_folder))
    source: AssignmentSource = read_source(course, assignment)
    rooms = rooms_for(course, source, sandbox)
    atexit.register(rooms.close)
    return rooms
