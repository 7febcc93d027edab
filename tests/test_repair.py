"""Each rule of the repair, and its sentence: what is found, what runs where, and what must not be."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from workshop import ERRS, KNOWS, handed_in, points, release, source

from autograder.release import generate
from autograder.repair import Frame, put_on_frame
from autograder.repair.handed_out import HandedOut, plain
from autograder.repair.order import in_sequence
from autograder.results import Verdict
from autograder.source import Role
from autograder.submission import UnreadableError, parse_notebook

Cells = list[dict[str, Any]]
ALL = {"double": 5, "total": 4, "enlarge": 3, "prediction": 1, "quadruple": 3}


def frame_of(change: Callable[[Cells], None] | None = None, student: str = "knows") -> Frame:
    """The frame of a student's notebook after `change` has edited its cells."""
    document = json.loads(handed_in(student))
    if change is not None:
        change(document["cells"])
    return put_on_frame(source(), parse_notebook(json.dumps(document).encode()))


def at(cells: Cells, name: str) -> int:
    return next(i for i, c in enumerate(cells) if c["metadata"].get("nbgrader", {}).get("grade_id") == name)


def code(text: str, **changes: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": None, **changes}


def unlabel(cell: dict[str, Any]) -> None:
    cell["metadata"] = {}


def stub(name: str) -> str:
    cells = json.loads(release())["cells"]
    return "".join(cells[at(cells, name)]["source"])


# --- nothing to repair


@pytest.mark.parametrize("student", ["knows", "errs"])
def test_a_notebook_that_nothing_happened_to_is_told_nothing(student: str) -> None:
    frame = frame_of(student=student)
    assert frame.repairs == ()
    assert frame.answers["double"] == (KNOWS if student == "knows" else ERRS)["double"]


def test_one_earns_everything_and_one_does_not() -> None:
    assert points(frame_of()) == ALL
    assert points(frame_of(student="errs")) == {**ALL, "double": 0, "enlarge": 1, "quadruple": 0}


def test_the_released_text_is_known_without_nbgrader() -> None:
    given = HandedOut(source())
    for cell, released in zip(source().cells, generate(source()).cells, strict=True):
        assert given.texts[cell.index] == plain(released.source)


def test_the_usual_notebook_is_repaired_in_milliseconds() -> None:
    notebook = parse_notebook(handed_in("knows"))
    put_on_frame(source(), notebook)
    started = time.process_time()
    for _ in range(10):
        put_on_frame(source(), notebook)
    assert time.process_time() - started < 10 * 0.05


# --- finding answers


def test_a_retyped_cell_is_found_by_its_name() -> None:
    frame = frame_of(lambda cells: unlabel(cells[at(cells, "double")]))
    assert points(frame) == ALL
    assert frame.repairs == ("The cell of `double` had lost its label; it was found by the name that it defines.",)


def test_an_answer_below_an_untouched_cell_and_its_test_is_found() -> None:
    def below(cells: Cells) -> None:
        cells.append(code(KNOWS["double"]))
        cells[at(cells, "double")]["source"] = stub("double")

    frame = frame_of(below)
    assert points(frame) == ALL
    assert "The cell of `double` does not hold the answer" in frame.repairs[0]


def test_of_copies_the_last_one_that_ran_counts_and_an_untouched_copy_never() -> None:
    def copy(cells: Cells) -> None:
        place = at(cells, "double")
        other = {**cells[place], "source": ERRS["double"], "execution_count": 2}
        untouched = {**cells[place], "source": stub("double"), "execution_count": 99}
        cells[place]["execution_count"] = 7
        cells[place + 1 : place + 1] = [other, untouched]

    frame = frame_of(copy)
    assert frame.answers["double"] == KNOWS["double"]
    assert frame.repairs == ("The cell of `double` was there twice; the last one that ran counts.",)


def test_an_answer_typed_into_the_cell_of_a_test_is_found() -> None:
    def into_the_test(cells: Cells) -> None:
        test = cells[at(cells, "double-1")]
        test["source"] = f"{KNOWS['double']}\n\n\n{''.join(test['source'])}"
        cells[at(cells, "double")]["source"] = stub("double")

    frame = frame_of(into_the_test)
    assert points(frame) == ALL
    assert "was found in `double-1`, a cell of the course" in " ".join(frame.repairs)


def test_two_exercises_in_one_cell_run_once() -> None:
    def together(cells: Cells) -> None:
        cells[at(cells, "double")]["source"] = f"{KNOWS['double']}\n\n\n{KNOWS['total']}"
        del cells[at(cells, "total")]

    frame = frame_of(together)
    assert points(frame) == ALL
    assert sum("def total" in c.text for c in frame.cells if c.role is Role.SOLUTION) == 1
    assert "The answers to `double` and `total` stood in one cell, which runs once." in frame.repairs


def test_a_copied_cell_that_was_overwritten_answers_what_it_defines() -> None:
    def overwritten(cells: Cells) -> None:
        label = cells[at(cells, "double")]["metadata"]
        cells[at(cells, "total")]["metadata"] = label

    frame = frame_of(overwritten)
    assert points(frame) == ALL
    assert "The cell of `total` was found in the cell of `double`, which defines its name." in frame.repairs


@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize("name", ["double", "prediction"])
@pytest.mark.parametrize("labelled", [True, False])
def test_code_that_became_text_counts_as_code(kind: str, name: str, labelled: bool) -> None:
    def to_text(cells: Cells) -> None:
        cell = cells[at(cells, name)]
        cell["cell_type"] = kind
        if not labelled:
            unlabel(cell)

    frame = frame_of(to_text)
    assert points(frame) == ALL
    assert frame.repairs == (f"The cell of `{name}` had become text; it counts as code.",)


def test_a_fence_around_code_is_no_part_of_it() -> None:
    def fenced(cells: Cells) -> None:
        cell = cells[at(cells, "double")]
        cell.update(cell_type="markdown", source=f"```python\n{KNOWS['double']}\n```")

    assert points(frame_of(fenced)) == ALL


@pytest.mark.parametrize("line", range(1, len(KNOWS["total"].splitlines())))
@pytest.mark.parametrize("keeps", ["both", "upper", "lower"])
def test_a_cell_split_anywhere_is_whole_again(line: int, keeps: str) -> None:
    def split(cells: Cells) -> None:
        place = at(cells, "total")
        lines = KNOWS["total"].splitlines()
        upper = {**cells[place], "source": "\n".join(lines[:line])}
        lower = {**cells[place], "source": "\n".join(lines[line:])}
        unlabelled = {"both": [], "upper": [lower], "lower": [upper]}[keeps]
        for cell in unlabelled:
            cell["metadata"] = {}
        cells[place : place + 1] = [upper, lower]

    frame = frame_of(split)
    assert points(frame) == ALL
    assert frame.answers["total"] == KNOWS["total"]
    assert any("was spread over 2 cells" in sentence for sentence in frame.repairs)


def test_a_cell_split_between_its_functions_counts_together_wherever_the_second_stands() -> None:
    def split(cells: Cells) -> None:
        cell = cells[at(cells, "enlarge")]
        upper, lower = KNOWS["enlarge"].split("\n\n\n")
        cell["source"] = upper
        cells.append(code(lower))

    frame = frame_of(split)
    assert points(frame) == ALL
    assert frame.repairs == ("The answer to `enlarge` was spread over 2 cells; they count together.",)


def test_a_deleted_answer_costs_its_exercise_alone_and_is_said() -> None:
    frame = frame_of(lambda cells: cells.pop(at(cells, "total")) and None)
    assert points(frame) == {**ALL, "total": 0}
    assert frame.repairs == ("The cell of `total` is missing; it counts as not answered.",)
    assert "total" not in frame.answers


def test_a_renamed_function_is_named_and_earns_nothing() -> None:
    def renamed(cells: Cells) -> None:
        cell = cells[at(cells, "quadruple")]
        cell["source"] = stub("quadruple").replace("quadruple", "four_times").replace("raise Not", "return 4  # Not")
        cell["metadata"]["nbgrader"]["grade_id"] = "four_times"

    frame = frame_of(renamed)
    assert points(frame) == {**ALL, "quadruple": 0}
    assert any("`four_times` looks like it" in sentence for sentence in frame.repairs)


# --- order


def test_an_answer_and_a_helper_that_were_moved_run_before_their_tests() -> None:
    def moved(cells: Cells) -> None:
        for name in ("double", "table"):
            cells.append(cells.pop(at(cells, name)))
        helper = next(i for i, c in enumerate(cells) if "def plus" in "".join(c["source"]))
        cells.append(cells.pop(helper))

    frame = frame_of(moved)
    assert points(frame) == ALL
    assert "The cell of `double` stood elsewhere; it runs at the place of the exercise." in frame.repairs
    assert "`plus`, which `total` needs, was defined further down; its cell runs earlier." in frame.repairs


def test_a_helper_that_uses_later_things_runs_early_and_late() -> None:
    def later(cells: Cells) -> None:
        place = next(i for i, c in enumerate(cells) if "def plus" in "".join(c["source"]))
        cells[place]["source"] = "def plus(one, other):\n    return one + other\n\n\nseen = quadruple([1])"
        cells.append(cells.pop(place))

    frame = frame_of(later)
    assert points(frame) == ALL
    assert sum("def plus" in cell.text for cell in frame.cells) == 2


def test_what_only_an_edited_cell_of_the_course_imports_is_there() -> None:
    def edited(cells: Cells) -> None:
        cells[at(cells, "setup")]["source"] = "import numpy as np\nimport statistics\nx = 'mine'"
        cells[at(cells, "quadruple")]["source"] = (
            "def quadruple(x):\n    return statistics.mean([4, 4]) * np.asarray(x)"
        )

    frame = frame_of(edited)
    assert points(frame) == ALL
    assert any("`statistics`, which `quadruple` needs, is defined only in your version" in s for s in frame.repairs)


def test_the_most_cells_in_the_courses_order_stay() -> None:
    assert in_sequence([0, None, 5, 1, 2, None, 3]) == [(0, 0), (3, 1), (4, 2), (6, 3)]
    assert in_sequence([]) == []
    assert in_sequence([None]) == []


# --- the course's own cells


def test_tests_come_from_the_source_and_that_is_said() -> None:
    def edited(cells: Cells) -> None:
        cells[at(cells, "double-1")]["source"] = "pass"
        del cells[at(cells, "table")]

    frame = frame_of(edited, "errs")
    assert points(frame)["double"] == 0
    assert frame.repairs == (
        "`double-1`, a cell of the course, was changed; it runs as it was handed out.",
        "`table`, a cell of the course, was missing; it runs as it was handed out.",
    )


def test_an_older_release_is_graded_against_this_one() -> None:
    def older(cells: Cells) -> None:
        table = cells[at(cells, "table")]
        table["source"] = "".join(table["source"]).replace("6.2f", "7.3f")
        unlabel(table)
        test = cells[at(cells, "enlarge-2")]
        test["source"] = "assert enlarge([]) == []"
        test["metadata"]["nbgrader"]["grade_id"] = "enlarge-9"
        label = {"nbgrader": {"grade_id": "halve", "solution": True, "grade": False, "locked": False}}
        cells.append(code("def halve(x):\n    return x / 2", metadata=label))

    frame = frame_of(older)
    assert points(frame) == ALL
    said = " ".join(frame.repairs)
    assert "`table`, a cell of the course, was changed" in said
    assert "Left out, since this version of the notebook does not have it: `enlarge-9`." in said
    assert "No exercise of this version of the notebook, so without points: `halve`." in said
    assert sum("def table" in cell.text for cell in frame.cells) == 1


def test_another_assignments_notebook_is_told_apart_though_it_has_the_usual_names() -> None:
    def another(cells: Cells) -> None:
        for name in ("double", "total", "enlarge", "quadruple"):
            cell = cells[at(cells, name)]
            cell["metadata"]["nbgrader"]["grade_id"] = f"other_{name}"
            cell["source"] = f"def other_{name}():\n    pass"

    with pytest.raises(UnreadableError) as error:
        frame_of(another)
    assert error.value.verdict is Verdict.WRONG_ASSIGNMENT


# --- words


WORDS = KNOWS["written"]


def test_an_answer_in_a_new_cell_below_the_question_is_found() -> None:
    def below(cells: Cells) -> None:
        place = at(cells, "written")
        cells[place]["source"] = "YOUR ANSWER HERE"
        cells.insert(place + 1, {"cell_type": "markdown", "metadata": {}, "source": WORDS})

    frame = frame_of(below)
    assert frame.answers["written"] == WORDS
    assert frame.repairs == ("The answer to `written` was found in another cell beside the question.",)


def test_an_answer_in_two_cells_is_read_whole_and_a_copy_once() -> None:
    def twice(cells: Cells) -> None:
        place = at(cells, "written")
        cells[place + 1 : place + 1] = [{**cells[place]}, {**cells[place], "source": "And one more reason."}]

    assert frame_of(twice).answers["written"] == f"{WORDS}\n\nAnd one more reason."


@pytest.mark.parametrize("text", [WORDS, "\n".join(f"# {line}" for line in WORDS.splitlines())])
def test_prose_in_a_code_cell_is_an_answer(text: str) -> None:
    def into_code(cells: Cells) -> None:
        place = at(cells, "written")
        cells[place]["source"] = "YOUR ANSWER HERE"
        cells.insert(place + 1, code(text))

    assert frame_of(into_code).answers["written"] == text


def test_an_answer_without_label_is_found_by_its_place_and_the_courses_prose_is_none() -> None:
    assert frame_of(lambda cells: unlabel(cells[at(cells, "written")])).answers["written"] == WORDS
    gone = frame_of(lambda cells: cells.pop(at(cells, "written")) and None)
    assert "written" not in gone.answers
    assert gone.repairs == ("The cell of `written` is missing; it counts as not answered.",)


# --- nothing is gained


def test_what_stands_elsewhere_gains_nothing_where_the_exercise_has_its_own_answer() -> None:
    def decoys(cells: Cells) -> None:
        cells.append(code(KNOWS["double"], execution_count=99))
        cells.insert(0, {"cell_type": "raw", "metadata": {}, "source": KNOWS["double"]})

    frame = frame_of(decoys, "errs")
    assert points(frame)["double"] == 0
    assert frame.answers["double"] == ERRS["double"]
    assert frame.repairs == (
        "`double` is defined in another cell too; the definition in force where its check stands counts.",
    )


def test_no_sentence_is_said_twice_or_holds_what_a_submission_chose_freely() -> None:
    def many(cells: Cells) -> None:
        for number in range(200):
            label = {"nbgrader": {"grade_id": f"<b>{number}" + "x" * 500, "solution": number % 2 == 0}}
            cells.append(code(f"value_{number} = 1", metadata=label))

    repairs = frame_of(many).repairs
    assert len(repairs) == len(set(repairs)) <= 4
    assert max(map(len, repairs)) < 300
