"""What a kernel says becomes outputs that any notebook can hold, whatever it says."""

from __future__ import annotations

import json

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.rooms.outputs import Outputs

KINDS = ["stream", "display_data", "execute_result", "update_display_data", "error", "clear_output", "status", "?"]


def gathered(*messages, limit_bytes: int = 10_000) -> Outputs:
    outputs = Outputs(limit_bytes)
    for kind, content in messages:
        outputs.add(kind, content)
    return outputs


def stored(outputs: Outputs) -> str:
    """The notebook with these outputs, validated."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", id="a", outputs=list(outputs.cell()))])
    nbformat.validate(notebook)
    return nbformat.writes(notebook)


def test_pieces_of_a_stream_join_and_streams_stay_apart():
    pieces = [("stdout", "a"), ("stdout", "b"), ("stderr", "c"), ("stdout", "d")]
    outputs = gathered(*(("stream", {"name": name, "text": text}) for name, text in pieces))
    assert [(output.name, output.text) for output in outputs.cell()] == [
        ("stdout", "ab"),
        ("stderr", "c"),
        ("stdout", "d"),
    ]


def test_clear_output_clears_now_or_before_the_next_output():
    text = ("stream", {"name": "stdout", "text": "a"})
    assert gathered(text, ("clear_output", {"wait": False})).cell() == ()
    assert len(gathered(text, ("clear_output", {"wait": True})).cell()) == 1
    assert gathered(text, ("clear_output", {"wait": True}), text).cell()[0].text == "a"


def test_a_cut_stream_keeps_its_beginning_and_says_so():
    outputs = gathered(("stream", {"name": "stdout", "text": "abc" * 10_000}))
    assert outputs.cut and outputs.cell()[0].text.startswith("abcabc")
    outputs.begin()
    assert not outputs.cut
    outputs.skip("stream")
    assert outputs.cut


def test_an_error_is_told_even_where_no_room_is_left():
    outputs = gathered(("stream", {"name": "stdout", "text": "x" * 20_000}), ("error", {"ename": "A", "evalue": "b"}))
    assert outputs.error == ("A", "b", "")


def test_lone_surrogates_are_replaced():
    outputs = gathered(
        ("stream", {"name": "stdout", "text": "a\ud800b"}), ("display_data", {"data": {"text/plain": "\udfff"}})
    )
    stored(outputs).encode()


def test_deep_and_endless_json_is_cut_down():
    deep: object = 1
    for _ in range(500):
        deep = [deep]
    content = {"data": {"application/json": {"a": deep, "b": float("nan")}}, "metadata": {"m": deep}}
    text = stored(gathered(("display_data", content)))
    assert "NaN" not in text


@pytest.mark.parametrize("newline", ["\n", "\r", "\x0b", "\x85", "\u2028"])
def test_many_lines_count_with_what_a_notebook_adds_to_each(newline):
    outputs = gathered(("stream", {"name": "stdout", "text": newline * 100_000}), limit_bytes=20_000)
    assert outputs.cut and len(stored(outputs)) < 22_000


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=12), children, max_size=4),
    max_leaves=12,
)
contents = st.dictionaries(
    st.sampled_from(
        ["name", "text", "data", "metadata", "transient", "execution_count", "ename", "evalue", "traceback", "wait"]
    ),
    json_values
    | st.sampled_from(["stdout", "stderr"])
    | st.dictionaries(st.sampled_from(["text/plain", "image/png", "application/json", "display_id", "x"]), json_values),
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(KINDS), contents), max_size=20))
def test_whatever_comes_the_notebook_is_valid_and_small(messages):
    limit_bytes = 2000
    outputs = Outputs(limit_bytes)
    for kind, content in messages:
        outputs.add(kind, json.loads(json.dumps(content)))
    assert len(stored(outputs).encode()) < limit_bytes + 500
