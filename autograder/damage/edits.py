"""What students do to cells: copy, split, move, retype, turn to text, add. The work stays in the file."""

from __future__ import annotations

from autograder.damage.draft import STUB_LINE, WRITTEN_STUB, Cell, Draft

STUB = f"# YOUR CODE HERE\n{STUB_LINE}"
_OWN_CELLS = (
    "import math\nmath.sqrt(2)",
    "# my notes\nprint('so far so good')",
    "my_scratch_number = 3\nmy_scratch_number + 1",
    "1 / 0",
    "for number in range(3):\n    print(number)",
)
_LINE_MAGICS = ("%matplotlib inline", "!pip install -q numpy", "%pip install numpy", "%load_ext autoreload")
_CELL_MAGICS = ("%%time", "%%capture", "%%memit")
_DRIVE = "from google.colab import drive\ndrive.mount('/content/drive')\n%cd /content/drive/MyDrive"


def copied(draft: Draft) -> None:
    """The cell of an exercise is there twice, with the same label."""
    if (cell := draft.wound()) is not None:
        draft.put_behind(cell, cell.copied())


def earlier_attempt_kept(draft: Draft) -> None:
    """A copy of the cell holds an earlier attempt, which ran before."""
    if (cell := draft.wound()) is not None:
        broken = f"{cell.source}\n\n\n{_spoiled(cell)}"
        draft.cells.insert(draft.place(cell), cell.copied(source=broken, count=0))


def test_copied(draft: Draft) -> None:
    """A cell of the course is there twice."""
    if (cell := draft.pick([c for c in draft.cells if c.role in ("test", "locked")])) is not None:
        draft.put_behind(cell, cell.copied())


def course_cells_deleted(draft: Draft) -> None:
    """Tests and figures were deleted."""
    deleted = [c for c in draft.cells if c.role in ("test", "plain")]
    gone = {id(c) for c in deleted if draft.chance.random() < 0.3}
    draft.cells = [c for c in draft.cells if id(c) not in gone]


def course_cells_edited(draft: Draft) -> None:
    """Tests were emptied, commented out, or made into text."""
    for cell in draft.cells:
        if cell.role == "test" and draft.chance.random() < 0.3:
            cell.source = draft.chance.choice(["", "pass", "\n".join(f"# {line}" for line in cell.source.splitlines())])


def labels_lost(draft: Draft) -> None:
    """A program that knows no nbgrader threw all labels away."""
    draft.cells = [cell.without_label() for cell in draft.cells]


def label_lost(draft: Draft) -> None:
    """One cell was retyped: the same text, and no label."""
    if (cell := draft.wound()) is not None:
        draft.cells[draft.place(cell)] = cell.without_label()


def retyped_below(draft: Draft) -> None:
    """The answer stands in a new cell further down; the cell meant for it is as it was handed out, or empty."""
    if (cell := draft.wound()) is not None:
        tests = [c for c in draft.cells if c.role == "test" and c.of == cell.of]
        new, where = cell.without_label(), draft.pick([cell, *tests]) or cell
        draft.put_behind(where, new)
        cell.source, cell.role = draft.chance.choice(["", STUB, f"def {cell.of}(x):\n    {STUB_LINE}"]), "emptied"


def split(draft: Draft) -> None:
    """The cell was split at a line by chance; the label stays on both parts, or on one."""
    if (cell := draft.wound()) is None:
        return
    lines = cell.source.splitlines()
    if len(lines) < 2:
        return
    at = draft.chance.randrange(1, len(lines))
    first, second = "\n".join(lines[:at]), "\n".join(lines[at:])
    if not first.strip() or not second.strip():
        return
    upper, lower = cell.copied(source=first, role="part"), cell.copied(source=second, role="part")
    keeps = draft.chance.choice(["both", "upper", "lower"])
    place = draft.place(cell)
    draft.cells[place : place + 1] = [
        upper if keeps != "lower" else upper.without_label(),
        lower if keeps != "upper" else lower.without_label(),
    ]


def answer_moved(draft: Draft) -> None:
    """The cell of an exercise was dragged to another place."""
    if (cell := draft.pick([c for c in draft.cells if c.has_work])) is not None:
        draft.cells.pop(draft.place(cell))
        places = [i for i, other in enumerate(draft.cells) if other.role != "part"]  # not between two parts of another
        draft.cells.insert(draft.chance.choice([*places, len(draft.cells)]), cell)


def own_cells_moved_down(draft: Draft) -> None:
    """The student's helpers stand at the end."""
    own = [c for c in draft.cells if c.role == "own"]
    draft.cells = [c for c in draft.cells if c.role != "own"] + own


def turned_to_text(draft: Draft) -> None:
    """The code cell of an exercise became a text cell."""
    if (cell := draft.wound()) is not None:
        cell.kind, cell.count, cell.outputs = draft.chance.choice(["markdown", "raw"]), None, []


def helper_turned_to_text(draft: Draft) -> None:
    """A helper of the student's became a text cell."""
    if (cell := draft.pick([c for c in draft.cells if c.role == "own" and c.kind == "code"])) is not None:
        cell.kind, cell.count, cell.outputs = "raw", None, []


def written_elsewhere(draft: Draft) -> None:
    """The written question was answered in a new cell below it, or in a code cell."""
    questions = [c for c in draft.cells if c.role == "question" and c.source.strip() not in ("", WRITTEN_STUB)]
    if (cell := draft.pick(questions)) is None:
        return
    if draft.chance.random() < 0.5:
        draft.put_behind(cell, Cell("markdown", cell.source, {}, role="part"))
        cell.source, cell.role = WRITTEN_STUB, "emptied"
    else:
        cell.kind = "code"


def magics_added(draft: Draft) -> None:
    """Magics and installations at the top of an answer."""
    if (cell := draft.pick([c for c in draft.whole_answers() if c.kind == "code"])) is not None:
        draft.wounded.add(cell.of)
        magic = draft.chance.choice([*_LINE_MAGICS, *_CELL_MAGICS])
        cell.source = f"{magic}\n{cell.source}"


def drive_mounted(draft: Draft) -> None:
    """Colab's drive is mounted in the first cell."""
    draft.cells.insert(0, Cell("code", _DRIVE, {}, count=1))


def own_cells_added(draft: Draft) -> None:
    """Experiments, notes and cells that fail, anywhere."""
    for _ in range(draft.chance.randint(1, 4)):
        text = draft.chance.choice(_OWN_CELLS)
        draft.cells.insert(draft.chance.randrange(len(draft.cells) + 1), Cell("code", text, {}))
    draft.cells.insert(draft.chance.randrange(len(draft.cells) + 1), Cell("raw", "A note of mine", {}))


def older_release(draft: Draft) -> None:
    """The notebook is an older version: other words in the tests and the setup, a test that is gone, no newer test."""
    for cell in draft.cells:
        label = cell.metadata.get("nbgrader")
        if cell.role in ("test", "locked") and isinstance(label, dict):
            cell.source = f"# Version of last year\n{cell.source}"
            if cell.role == "test" and draft.chance.random() < 0.3:
                label["grade_id"] = f"{label['grade_id']}-of-last-year"
        elif cell.role == "plain" and cell.kind == "markdown":
            cell.source = cell.source.replace("the", "this", 1)


def answer_deleted(draft: Draft) -> None:
    """The cell of an exercise was deleted, and with it the work."""
    if (cell := draft.wound()) is not None:
        draft.cells = [c for c in draft.cells if c is not cell]
        draft.lost.append(cell.of)


def _spoiled(cell: Cell) -> str:
    """An earlier attempt that was worth nothing, whatever the exercise is."""
    return f"def {cell.of}(*arguments):\n    return 'an earlier attempt'"
