"""An assignment's source notebook: its cells, what each is for, and which names may be trusted."""

from __future__ import annotations

import enum
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course import Course, CourseError
from autograder.install_cell import with_installation
from autograder.names import Names, names_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

HIDDEN = re.compile(r"^[ \t]*### BEGIN HIDDEN TESTS.*?^[ \t]*### END HIDDEN TESTS[ \t]*$", re.MULTILINE | re.DOTALL)
STUB = "# YOUR CODE HERE\nraise NotImplementedError()"  # what nbgrader's ClearSolutions leaves


class Role(enum.Enum):
    """What a source cell is for; it decides in which room the cell runs."""

    SOLUTION = "solution"  # the student writes it: student room only
    TEST = "test"  # the instructor's: clean room only
    MANUAL = "manual"  # the written question, graded by a person
    LOCKED = "locked"  # the instructor's, restored from the source
    PLAIN = "plain"  # prose and figures; the student may change them


@dataclass(frozen=True)
class SourceCell:
    """One cell of the source. `grade_id` is empty for plain cells."""

    index: int
    id: str
    grade_id: str
    role: Role
    is_code: bool
    text: str
    points: float

    @cached_property
    def names(self) -> Names:
        return names_of(self.text) if self.is_code else Names()

    @cached_property
    def hidden_lines(self) -> frozenset[int]:
        """Line numbers (from 1) of the hidden tests."""
        spans = ((m.start(), m.end()) for m in HIDDEN.finditer(self.text))
        return frozenset(
            line
            for start, end in spans
            for line in range(self.text.count("\n", 0, start) + 1, self.text.count("\n", 0, end) + 2)
        )

    @cached_property
    def is_hidden(self) -> bool:
        """Whether a student sees no line of this test: nothing but its name is released."""
        seen = HIDDEN.sub("", self.text).splitlines()
        return bool(self.hidden_lines) and not any(line.strip() and not line.strip().startswith("#") for line in seen)


@dataclass(frozen=True)
class Exercise:
    """One solution cell and its test cells."""

    name: str
    solution: SourceCell
    tests: tuple[SourceCell, ...]

    @property
    def max_points(self) -> float:
        return sum(test.points for test in self.tests)


@dataclass(frozen=True)
class AssignmentSource:
    """The source notebook of one assignment, read and checked."""

    name: str
    cells: tuple[SourceCell, ...]
    notebook: NotebookNode

    @cached_property
    def exercises(self) -> tuple[Exercise, ...]:
        tests = [cell for cell in self.cells if cell.role is Role.TEST]
        return tuple(
            Exercise(cell.grade_id, cell, tuple(t for t in tests if exercise_of(t.grade_id) == cell.grade_id))
            for cell in self.cells
            if cell.role is Role.SOLUTION
        )

    @cached_property
    def max_score(self) -> float:
        """The automatic points."""
        return sum(exercise.max_points for exercise in self.exercises)

    @cached_property
    def by_grade_id(self) -> dict[str, SourceCell]:
        return {cell.grade_id: cell for cell in self.cells if cell.grade_id}

    @cached_property
    def digest(self) -> str:
        """Identifies this version of the assignment: SHA-256 over all cells."""
        parts = (f"{c.role.value}\0{c.grade_id}\0{c.points}\0{c.text}" for c in self.cells)
        return hashlib.sha256("\1".join(parts).encode()).hexdigest()

    @cached_property
    def trust(self) -> Trust:
        return Trust.of(self.cells)

    def imports(self, module: str) -> bool:
        """Whether any code cell imports `module`, so that a room should have it warm."""
        pattern = re.compile(rf"^\s*(import|from)\s+{re.escape(module)}\b", re.MULTILINE)
        return any(cell.is_code and pattern.search(cell.text) for cell in self.cells)


@dataclass(frozen=True)
class Trust:
    """Which instructor cells run in the clean room, and which names of a test come from the student.

    A cell is the instructor's in the clean room too if every name that it reads is trusted;
    what a solution cell defines, or a cell that reads such a name, is not trusted.
    """

    clean_cells: frozenset[int]  # indices
    untrusted_reads: dict[int, tuple[str, ...]]  # test cell index -> names fetched from the student
    needs: dict[int, frozenset[int]]  # cell index -> indices of the cells that define what it reads, transitively

    @classmethod
    def of(cls, cells: tuple[SourceCell, ...]) -> Trust:
        definitions: dict[str, set[int]] = {}
        untrusted: set[str] = set()
        clean: set[int] = set()
        fetched: dict[int, tuple[str, ...]] = {}
        needs: dict[int, frozenset[int]] = {}
        for cell in cells:
            if not cell.is_code:
                continue
            names = cell.names
            direct = {index for name in names.reads for index in definitions.get(name, ())}
            needs[cell.index] = frozenset(direct.union(*(needs[index] for index in direct)))
            if cell.role is Role.TEST:
                fetched[cell.index] = tuple(sorted((names.reads & untrusted) - names.functions))
                continue
            if cell.role is Role.SOLUTION or names.reads & untrusted:
                untrusted |= names.defines
            else:
                clean.add(cell.index)
                untrusted -= names.defines
            for name in names.defines:
                changes = name in names.reads  # `x[0] = 1` or `x += 1` needs the earlier definition too
                definitions[name] = (definitions.get(name, set()) if changes else set()) | {cell.index}
        return cls(frozenset(clean), fetched, needs)


def exercise_of(test_id: str) -> str:
    """`correlate2d` for `correlate2d-2`."""
    return test_id.rpartition("-")[0]


def source_path(course: Course, assignment: str) -> Path:
    return course.source_folder / assignment / f"{assignment}.py"


def read_source(course: Course, assignment: str) -> AssignmentSource:
    """Read `source/NN_topic/NN_topic.py`, with links filled in; CourseError says what is wrong with it."""
    import jupytext  # a third of a second, which commands that read no source do without

    course.assignment(assignment)
    path = source_path(course, assignment)
    try:
        notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    except FileNotFoundError:
        raise CourseError(f"{path.relative_to(course.root)} is missing, though course.toml lists it.") from None
    except Exception as error:  # jupytext has no error type of its own
        raise CourseError(f"{path} cannot be read as a py:percent notebook: {error}.") from None
    _prepare(notebook, course, assignment)
    return parse_source(assignment, notebook)


def parse_source(assignment: str, notebook: NotebookNode) -> AssignmentSource:
    """Check the cells of a source notebook and name their roles."""
    source = AssignmentSource(
        assignment, tuple(_cell(index, cell) for index, cell in enumerate(notebook.cells)), notebook
    )
    _check(source)
    return source


def _prepare(notebook: NotebookNode, course: Course, assignment: str) -> None:
    """Fill in links, give stable ids, keep only the metadata that a release needs."""
    import nbformat

    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        cell.source = with_installation(cell.source, course.install_url)
        cell.source = cell.source.replace("@@COLAB@@", course.colab_url(assignment))
        nbgrader = cell.metadata.get("nbgrader")
        cell.metadata = nbformat.from_dict({"nbgrader": {**nbgrader, "cell_type": cell.cell_type}} if nbgrader else {})
        wanted = (nbgrader or {}).get("grade_id") or hashlib.sha256(cell.source.encode()).hexdigest()[:10]
        seen[wanted] = seen.get(wanted, 0) + 1
        cell.id = wanted if seen[wanted] == 1 else f"{wanted}-{seen[wanted]}"


def _cell(index: int, cell: NotebookNode) -> SourceCell:
    data = cell.metadata.get("nbgrader", {})
    grade, solution, locked = (bool(data.get(key)) for key in ("grade", "solution", "locked"))
    role = (
        Role.MANUAL if grade and solution
        else Role.SOLUTION if solution
        else Role.TEST if grade
        else Role.LOCKED if locked
        else Role.PLAIN
    )  # fmt: skip
    points = float(data.get("points", 0)) if grade else 0.0
    return SourceCell(index, cell.id, data.get("grade_id", ""), role, cell.cell_type == "code", cell.source, points)


def _check(source: AssignmentSource) -> None:
    where = f"source of {source.name}"
    ids = [cell.grade_id for cell in source.cells if cell.grade_id]
    repeated = sorted({i for i in ids if ids.count(i) > 1})
    if repeated:
        raise CourseError(f"{where}: grade_id {repeated[0]!r} is used twice.")
    solutions = {exercise.name for exercise in source.exercises}
    in_tests: set[str] = set()
    known: set[str] = set()
    for cell in source.cells:
        if cell.role is Role.TEST and exercise_of(cell.grade_id) not in solutions:
            raise CourseError(f"{where}: test {cell.grade_id!r} belongs to no exercise; name it EXERCISE-NUMBER.")
        if cell.role is Role.TEST:
            in_tests |= cell.names.defines
        else:
            lost = sorted(cell.names.reads & in_tests - known)
            if lost:
                raise CourseError(
                    f"{where}: cell {cell.id!r} reads {lost[0]!r}, which only a test cell defines. "
                    "Tests run in another room: define it in a locked cell."
                )
            known |= cell.names.defines
    instructors = [cell for cell in source.cells if cell.role in (Role.LOCKED, Role.PLAIN)]
    makers = {name: cell for cell in instructors for name in cell.names.functions}
    for cell in source.cells:
        if cell.role is not Role.TEST and HIDDEN.search(cell.text):
            raise CourseError(f"{where}: hidden tests stand in {cell.id!r}; only a test cell keeps them hidden.")
        for name in source.trust.untrusted_reads.get(cell.index, ()):
            if name in makers:
                raise CourseError(
                    f"{where}: test {cell.grade_id!r} calls {name!r} of cell {makers[name].id!r}, which reads the "
                    "student's names and so runs in the student's room. Define it in the test cell."
                )
    for exercise in source.exercises:
        if not exercise.tests:
            raise CourseError(f"{where}: exercise {exercise.name!r} has no test cell {exercise.name}-1.")
