"""What notebooks bring along from Colab and Kaggle runs in the rooms, says so, and costs neither points nor minutes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from forms import as_colab
from places import MINI

from autograder.course import load_course
from autograder.grading import grade
from autograder.rooms.server import RoomServer
from autograder.rooms.stand_ins import Finder, StandIn
from autograder.solutions import reference_notebook
from autograder.source import read_source

COURSE = load_course(MINI)
LIMITS = COURSE.assignment("01_mini").limits
ANSWER = "def double(x):\n    return 2 * x"


@pytest.fixture(scope="module")
def rooms() -> Iterator[RoomServer]:
    with RoomServer(LIMITS, "bubblewrap", ("numpy",)) as server:
        yield server


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("%%time\n", "Wall time"),
        ("%%capture\n", ""),
        ("%%memit\n", "%%memit is not known here; the cell runs without it."),
        ("!pip install -q tqdm\n", "!pip install -q tqdm: left out, there is no network here."),
        ("%pip install tqdm\n", "%pip install tqdm: left out"),
        ("files = !wget http://localhost/x\nassert files == []\n", "!wget http://localhost/x: left out"),
        ("%tensorflow_version 2.x\n%load_ext nothing_of_this_name\n%matplotlib widget\n", "%load_ext nothing_of_this"),
        ("!echo in the shell\nassert get_ipython().getoutput('echo a') == ['a']\n", "in the shell"),
        ("from google.colab import drive\ndrive.mount('/content/drive')\n", "google.colab.drive.mount: left out"),
        ("from google.colab import files\nassert files.upload() == {}\n", "outside of Colab"),
        ("from google.colab import userdata\nassert userdata.get('KEY') == ''\n", "outside of Colab"),
        ("import google.colab.output\ngoogle.colab.output.clear()\n", "google.colab.output.clear: left out"),
        ("from google.colab.patches import cv2_imshow\ncv2_imshow(None)\n", "cv2_imshow: left out"),
        (
            "from kaggle_secrets import UserSecretsClient\nassert UserSecretsClient().get_secret('KEY') == ''\n",
            "outside of Kaggle",
        ),
    ],
)
def test_it_says_so_and_the_answer_counts(rooms: RoomServer, before: str, words: str) -> None:
    source = read_source(COURSE, "01_mini")
    notebook = reference_notebook(source, {"double": before + ANSWER})
    graded = grade("ada", as_colab(notebook), source, LIMITS, rooms)
    assert graded.result.score == 6, graded.result.exercises
    assert graded.result.repairs == ()
    assert words in json.dumps(graded.notebook, ensure_ascii=False)


def test_stand_ins_stand_for_nothing_else() -> None:
    finder = Finder()
    for name in ("numpy", "google.protobuf", "google.colaboratory", "kaggle", "convkit"):
        assert finder.find_spec(name, None) is None
    found = finder.find_spec("google.colab.drive", None)
    assert found is not None
    assert isinstance(finder.create_module(found), StandIn)
