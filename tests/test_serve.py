"""The instructor's screen: JupyterLab and the formgrader on the course, used in a real browser."""

from __future__ import annotations

import csv
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from forms import as_colab
from html_page import text
from places import AUTOGRADER
from selenium import webdriver
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions as appears
from selenium.webdriver.support.ui import WebDriverWait

from autograder import classroom, serve
from autograder.course import Course, CourseError
from autograder.export.standings import standings
from autograder.files import write_atomically
from autograder.gradebook import open_gradebook
from autograder.solutions import reference_notebook
from autograder.source import read_source

WAIT_SECONDS = 60.0  # a generous end for what takes a second on an idle machine
COMMENT = "Good. Why does it hold at the edges?"

needs_chromium = pytest.mark.skipif(
    not (shutil.which("chromium") and shutil.which("chromedriver")),
    reason="chromium and chromium-driver are not installed",
)


def autograder(course: Course, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [AUTOGRADER, "--course", str(course.root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((serve.HOST, 0))
        return int(probe.getsockname()[1])


@dataclass
class Served:
    """A running `autograder serve` and the links that it printed."""

    process: subprocess.Popen[str]
    port: int
    formgrader: str
    lab: str


def start(course: Course, home: Path) -> Served:
    """`autograder serve`, once it has printed its links, for a user without any Jupyter configuration."""
    port = free_port()
    command = [AUTOGRADER, "--course", str(course.root)]
    command += ["serve", "--no-browser", "--port", str(port)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    environment |= {"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    links = {}
    while not {"Formgrader", "JupyterLab"} <= links.keys():
        line = process.stdout.readline()
        assert line, f"autograder serve ended with {process.wait()} and printed no links"
        name, _, link = line.strip().partition(": ")
        links[name] = link
    return Served(process, port, links["Formgrader"], links["JupyterLab"])


@pytest.fixture
def graded(mini: Course) -> Course:
    """The small course with three students, graded; nobody has looked at their answers yet."""
    source = read_source(mini, "01_mini")
    answers = {
        "ada": {"written": "Because it is linear."},
        "bob": {"written": "I think so.", "double": "def double(x):\n    return x"},
        "cy": {"written": ""},
    }
    for student, texts in answers.items():
        path = mini.submitted_folder / student / "01_mini" / "01_mini.ipynb"
        write_atomically(path, as_colab(reference_notebook(source, texts)))
    assert autograder(mini, "grade", "01_mini").returncode == 0
    return mini


@pytest.fixture
def served(mini: Course, tmp_path: Path) -> Iterator[Served]:
    running = start(mini, tmp_path / "home")
    try:
        yield running
    finally:
        running.process.terminate()
        running.process.communicate(timeout=60)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[WebDriver]:
    """Debian's Chromium without a screen, without a network but this machine, for any user."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--window-size=1200,900",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--disable-background-networking",
        f"--user-data-dir={tmp_path / 'chromium'}",
    ):  # fmt: skip
        options.add_argument(argument)
    driver = webdriver.Chrome(options, webdriver.ChromeService(executable_path=shutil.which("chromedriver")))
    try:
        driver.set_page_load_timeout(WAIT_SECONDS)
        yield driver
    finally:
        driver.quit()


def click(browser: WebDriver, *where: str) -> None:
    WebDriverWait(browser, WAIT_SECONDS).until(appears.element_to_be_clickable(where)).click()


def rows(browser: WebDriver, count: int) -> dict[str, list[str]]:
    """The formgrader's table once it has `count` rows: what is first in a row, hidden or not → what follows."""

    def read(driver: WebDriver) -> list[list[str]] | None:
        found = driver.execute_script(
            "return [...document.querySelectorAll('#main-table tr')]"
            ".filter(row => row.cells.length > 1)"  # not "Loading, please wait..."
            ".map(row => [...row.cells].map(cell => cell.textContent.trim()).filter(text => text))"
        )
        return found if len(found) == count and all(found) else None

    return {row[0]: row[1:] for row in WebDriverWait(browser, WAIT_SECONDS).until(read)}


def write(browser: WebDriver, field: str, words: str, saved: int) -> None:
    """Type into a field of the grading page, leave it, and wait until the page has saved `saved` times in all."""
    click(browser, By.ID, field)
    browser.find_element(By.ID, field).send_keys(words, Keys.TAB)
    WebDriverWait(browser, WAIT_SECONDS).until(lambda driver: driver.execute_script("return window.saved") == saved)


def totals(course: Course) -> dict[str, float]:
    """student → points of every kind, as the gradebook and the tables for a class of students have them."""
    with open_gradebook(course) as gradebook:
        found = {s.student_id: s.score for s in gradebook.assignment_submissions("01_mini")}
    results = classroom.load_results(course, "01_mini")
    by_hand = classroom.all_manual_grades(course, "01_mini", results)
    added = {r.student: r.score + sum(points or 0 for points, _ in by_hand[r.student].values()) for r in results}
    assert added == found
    assert {one.student: one.total(partial=True) for one in standings(course, "01_mini", results)} == found
    return found


@needs_chromium
@pytest.mark.slow
def test_a_written_question_graded_in_the_browser_reaches_gradebook_feedback_and_export(
    graded: Course, served: Served, browser: WebDriver
) -> None:
    assert totals(graded) == {"ada": 6, "bob": 0, "cy": 6}

    browser.get(served.formgrader)
    assert rows(browser, 1).keys() == {"01_mini"}
    click(browser, By.LINK_TEXT, "Manual Grading")
    click(browser, By.CSS_SELECTOR, "a[href$='/gradebook/01_mini']")
    click(browser, By.CSS_SELECTOR, "a[href$='/gradebook/01_mini/01_mini']")
    seen = rows(browser, 3)
    scores = {re.sub(r"Submission #\d", "", name): row[0] for name, row in seen.items()}
    assert scores == {"ada": "6 / 11", "bob": "0 / 11", "cy": "6 / 11"}

    ada = browser.find_element(By.XPATH, "//tr[.//a[text()='ada']]//a[contains(text(), 'Submission')]")
    ada.click()
    WebDriverWait(browser, WAIT_SECONDS).until(appears.presence_of_element_located((By.ID, "written")))
    assert "Because it is linear." in browser.find_element(By.TAG_NAME, "body").text
    loaded = "return formgrader.grades.loaded && formgrader.comments.loaded"
    WebDriverWait(browser, WAIT_SECONDS).until(lambda driver: driver.execute_script(loaded))
    browser.execute_script("window.saved = 0; $(document).on('finished_saving', () => { window.saved += 1; })")
    write(browser, "written", "4", saved=1)
    write(browser, "written-comment", COMMENT, saved=2)

    assert totals(graded) == {"ada": 10, "bob": 0, "cy": 6}
    assert autograder(graded, "feedback", "01_mini").returncode == 0
    assert autograder(graded, "export", "01_mini", "--to", "csv").returncode == 0
    with (graded.build_folder / "export" / "01_mini-csv.csv").open(encoding="utf-8-sig", newline="") as sheet:
        assert {row["student"]: row["total"] for row in csv.DictReader(sheet)}["ada"] == "10"
    path = graded.feedback_folder / "ada" / "01_mini" / "01_mini.html"
    ours = path.read_text(encoding="utf-8")
    assert "10 / 11 points" in text(ours) and "4 of 5 for written" in text(ours) and COMMENT in text(ours)

    path.unlink()
    browser.get(f"http://{serve.HOST}:{served.port}/formgrader/manage_submissions/01_mini")
    click(browser, By.XPATH, "//tr[./td[normalize-space()='ada']]//td[contains(@class, 'generate-feedback')]//a")
    WebDriverWait(browser, WAIT_SECONDS).until(appears.visibility_of_element_located((By.CLASS_NAME, "modal-title")))
    assert "Success" in browser.find_element(By.CLASS_NAME, "modal-title").text
    assert path.read_text(encoding="utf-8") == ours

    browser.set_window_size(500, 900)
    browser.get(path.as_uri())
    width = browser.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1], "the page is wider than a phone"


@needs_chromium
@pytest.mark.slow
def test_jupyterlab_opens_on_the_course_with_formgrader_and_jupytext(served: Served, browser: WebDriver) -> None:
    browser.get(served.lab)
    listed = "return [...document.querySelectorAll('.jp-DirListing-itemText')].map(item => item.textContent)"
    WebDriverWait(browser, WAIT_SECONDS).until(
        lambda driver: {"source", "course.toml"} <= set(driver.execute_script(listed))
    )
    opened = browser.execute_async_script(
        "const done = arguments[0];"
        "fetch('/api/contents/source/01_mini/01_mini.py?type=notebook&content=1')"
        ".then(r => r.json()).then(r => done(r.type + ' ' + r.content.cells.length))"
    )
    assert opened == "notebook 9"
    commands = browser.execute_script(
        "return [...document.querySelectorAll('script#jupyter-config-data')].map(s => s.textContent).join('')"
    )
    assert "@jupyter/nbgrader" in commands and "jupyterlab-jupytext" in commands


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_stopping_ends_the_server_and_leaves_no_configuration(mini: Course, tmp_path: Path, stop: int) -> None:
    home = tmp_path / "home"
    running = start(mini, home)
    running.process.send_signal(stop)
    assert running.process.wait(60) == 130
    with socket.socket() as probe:
        assert probe.connect_ex((serve.HOST, running.port)) != 0
    assert {path.name for path in home.glob(".jupyter/**/*") if path.is_file()} <= {"migrated"}


def test_a_port_that_is_taken_is_one_sentence_and_exit_code_2(mini: Course) -> None:
    with socket.socket() as other:
        other.bind((serve.HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        done = autograder(mini, "serve", "--no-browser", "--port", str(port))
    assert done.returncode == 2
    assert f"Port {port} cannot be used" in done.stderr and "--port" in done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_what_is_not_installed_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    missing = {"jupyterlab", "nbgrader"}
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in missing else found(name))
    with pytest.raises(CourseError, match=r"JupyterLab and nbgrader are not installed\. Run: make setup"):
        serve.check(free_port())


def test_the_server_listens_on_this_machine_alone(mini: Course) -> None:
    command = serve.command(mini, 8890)
    assert f"--ServerApp.ip={serve.HOST}" in command and "--ServerApp.port_retries=0" in command
    assert not any("token" in argument.lower() for argument in command), "others see the command line"
