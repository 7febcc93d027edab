"""A student room runs cells like a notebook does, and its limits hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.rooms.server import RoomServer
from autograder.rooms.student import StudentRoom


@pytest.fixture
def room(server: RoomServer) -> Iterator[StudentRoom]:
    with server.student_room() as fresh:
        yield fresh


def text(outcome) -> str:
    """All plain text that a cell showed."""
    parts = [
        output.text if output.output_type == "stream" else output.get("data", {}).get("text/plain", "")
        for output in outcome.outputs
    ]
    return "".join(parts)


def test_a_cell_shows_its_value_and_names_stay(room):
    assert text(room.run("answer = 41\nanswer + 1")) == "42"
    assert text(room.run("print(answer)")) == "41\n"


def test_an_error_is_told_with_its_traceback_and_the_kernel_lives(room):
    outcome = room.run("def divide(x):\n    return x / 0\ndivide(1)")
    assert outcome.error[:2] == ("ZeroDivisionError", "division by zero")
    assert "return x / 0" in outcome.error[2]
    assert outcome.alive and outcome.broken is None
    assert text(room.run("1 + 1")) == "2"
