"""Draws architecture.svg, the picture of docs/architecture.md. `make pictures` runs it.

One column, 400 units wide, so that a phone shows its words at their own size.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from convkit.draw import BLUE, INK, ORANGE, PAPER

PICTURE = Path(__file__).with_name("architecture.svg")
WIDTH, HEIGHT = 400, 586
TRUSTED, FOREIGN = "#e6f0f7", "#fbece3"
QUIET = "#5b6874"
FONT = "-apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', Arial, sans-serif"


def draw() -> str:
    """The whole picture, the same characters every time."""
    parts = [
        # From the author to the student, and back.
        *_box(8, 8, 172, 56, "source/", "solutions, hidden tests"),
        *_arrow([(180, 36), (226, 36)], "release", 203, 28),
        *_box(226, 8, 166, 56, "notebooks/", "what students get"),
        *_arrow([(309, 64), (309, 104)], "a student works", 301, 88, "end"),
        *_box(226, 104, 166, 56, "submitted/", "whatever came back", fill=FOREIGN, line=ORANGE),
        # The coordinator, with the two rooms as holes in it.
        *_frame(8, 196, 384, 262, TRUSTED, BLUE),
        *_words(20, 218, "Coordinator", bold=True),
        *_words(20, 235, "trusted: runs no submitted code", colour=QUIET, size=11.5),
        *_arrow([(309, 160), (309, 244)], "", 0, 0),
        *_words(317, 186, "collect", colour=QUIET, size=11.5),
        *_words(317, 218, "repair,", colour=QUIET, size=11.5),
        *_words(317, 232, "then run", colour=QUIET, size=11.5),
        *_arrow([(94, 64), (94, 196)], "", 0, 0, head=False),
        *_arrow([(94, 240), (94, 268)], "", 0, 0),
        *_words(102, 258, "tests", colour=QUIET, size=11.5),
        *_frame(20, 268, 148, 112, PAPER, BLUE, dashed=True),
        *_words(94, 290, "Clean room", bold=True, anchor="middle"),
        *_words(94, 310, "the instructor’s tests", anchor="middle", size=11.5),
        *_words(94, 326, "and expected values;", anchor="middle", size=11.5),
        *_words(94, 342, "stand-ins for the", anchor="middle", size=11.5),
        *_words(94, 358, "student’s functions", anchor="middle", size=11.5),
        *_frame(236, 244, 144, 136, FOREIGN, ORANGE, dashed=True),
        *_words(308, 268, "Student’s room", bold=True, anchor="middle"),
        *_words(308, 290, "the whole submission", anchor="middle", size=11.5),
        *_words(308, 306, "in a Jupyter kernel;", anchor="middle", size=11.5),
        *_words(308, 322, "no network, no files", anchor="middle", size=11.5),
        *_words(308, 338, "but its own, limits on", anchor="middle", size=11.5),
        *_words(308, 354, "time and memory", anchor="middle", size=11.5),
        *_arrow([(168, 312), (236, 312)], "call", 202, 304),
        *_arrow([(236, 344), (168, 344)], "plain data", 202, 360),
        *_arrow([(94, 380), (94, 418)], "passed, or why not", 102, 400, "start"),
        *_arrow([(308, 380), (308, 418)], "its outputs", 300, 400, "end"),
        *_words(200, 442, "Result: verdict, points, hints", bold=True, anchor="middle"),
        # What comes out.
        *_arrow([(200, 458), (200, 478)], "", 0, 0, head=False),
        *_arrow([(68, 478), (332, 478)], "", 0, 0, head=False),
    ]  # fmt: skip
    goods = (("gradebook.db", "nbgrader’s"), ("feedback/", "one page each"), ("report, export", "class page, LMS"))
    for number, (name, note) in enumerate(goods):
        middle = 68 + 132 * number
        parts += _arrow([(middle, 478), (middle, 502)], "", 0, 0)
        parts += _box(middle - 60, 502, 120, 56, name, note)
    parts += _words(
        200, 577, "dashed: bubblewrap · blue: trusted · orange: a stranger’s program", QUIET, 11, anchor="middle"
    )
    title = "How a submission is graded: the tests run in one room, the submission in another, plain data crosses"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" font-family="{FONT}">'
    )
    return "\n".join(
        [
            head,
            f"<title>{title}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{PAPER}"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _box(
    x: float, y: float, width: float, height: float, name: str, note: str, fill: str = TRUSTED, line: str = BLUE
) -> list[str]:
    middle = x + width / 2
    return [
        *_frame(x, y, width, height, fill, line),
        *_words(middle, y + height / 2 - 4, name, bold=True, anchor="middle"),
        *_words(middle, y + height / 2 + 14, note, anchor="middle", size=11),
    ]


def _frame(x: float, y: float, width: float, height: float, fill: str, line: str, dashed: bool = False) -> list[str]:
    dashes = ' stroke-dasharray="5 3"' if dashed else ""
    return [
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" fill="{fill}" '
        f'stroke="{line}" stroke-width="1.4"{dashes}/>'
    ]


def _words(
    x: float, y: float, words: str, colour: str = INK, size: float = 13, bold: bool = False, anchor: str = "start"
) -> list[str]:
    weight = ' font-weight="600"' if bold else ""
    return [
        f'<text x="{x:g}" y="{y:g}" fill="{colour}" font-size="{size:g}"{weight} text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    ]


def _arrow(
    points: list[tuple[float, float]], words: str, x: float, y: float, anchor: str = "middle", head: bool = True
) -> list[str]:
    """A line along the points, straight ones only, with a head at its end, and words at (x, y)."""
    line = " ".join(f"{px:g},{py:g}" for px, py in points)
    parts = [f'<polyline points="{line}" fill="none" stroke="{INK}" stroke-width="1.4"/>']
    if head:
        (from_x, from_y), (to_x, to_y) = points[-2:]
        length = abs(to_x - from_x) + abs(to_y - from_y)
        dx, dy = (to_x - from_x) / length, (to_y - from_y) / length
        corners = [(to_x, to_y), (to_x - 8 * dx - 4 * dy, to_y - 8 * dy + 4 * dx)]
        corners += [(to_x - 8 * dx + 4 * dy, to_y - 8 * dy - 4 * dx)]
        parts.append(f'<polygon points="{" ".join(f"{px:g},{py:g}" for px, py in corners)}" fill="{INK}"/>')
    return parts + (_words(x, y, words, QUIET, 11.5, anchor=anchor) if words else [])


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
    print(PICTURE)
