"""The report about a class, its statistics and its charts."""

from __future__ import annotations

import dataclasses
import re
import time

import numpy as np
import pytest
from bs4 import BeautifulSoup
from fake_class import ASSIGNMENT, COURSE, EXERCISES, FLIPPED, exercise, fake_class, result, ungraded
from html_page import problems, text

from autograder.charts import bin_counts, bin_edges, histogram, stacked_bar
from autograder.class_statistics import FEWEST_FOR_DISCRIMINATION, summarise
from autograder.pages import Tone, number, percent, relative_link, seconds
from autograder.report import render_report
from autograder.results import ExerciseResult, Result, Verdict
from autograder.similarity import Pair


def report(results: list[Result], **more: object) -> str:
    page = render_report(results, course_title=COURSE, assignment_title=ASSIGNMENT, **more)  # type: ignore[arg-type]
    assert problems(page) == []
    return page


def rows(page: str) -> dict[str, list[str]]:
    table = BeautifulSoup(page, "html.parser").select("tbody tr")
    cells = [[" ".join(cell.get_text().split()) for cell in row.find_all(["th", "td"])] for row in table]
    return {first: rest for first, *rest in cells}


@pytest.mark.slow
def test_a_class_of_forty_has_every_exercise_every_hint_and_every_student():
    results = fake_class(40)
    page = report(results)
    seen = text(page)
    assert "40 submissions, 37 graded; the other 3 stay out of every average." in seen
    for grade_id in EXERCISES:
        assert grade_id in seen
    for each in results:
        assert each.student in rows(page)
        for tried in each.exercises:
            assert not tried.hint or tried.hint in seen


def test_counts_and_means_are_those_of_the_graded_submissions():
    results = [
        result("A", exercise("f"), exercise("g")),
        result("B", exercise("f", Verdict.FAILED, message="No."), exercise("g")),
        result("C", exercise("f", Verdict.MISSING), exercise("g", Verdict.ERROR)),
        ungraded("D"),
    ]
    summary = summarise(results)
    f, g = summary.exercises
    assert f.verdicts == {Verdict.PASSED: 1, Verdict.FAILED: 1, Verdict.MISSING: 1}
    assert (f.mean_points, f.max_points, f.difficulty) == (5.0, 10.0, pytest.approx(0.5))
    assert g.submissions == 3 and g.difficulty == pytest.approx(1 / 3)
    assert summary.scores is not None
    assert (summary.scores.mean, summary.scores.median, summary.scores.full_marks) == (35 / 3, 15.0, 1)
    seen = text(report(results))
    assert "1 passed · 1 failed · 1 missing" in seen
    assert "Half of the class has at least 15 of 20 points" in seen
    assert "Hardest: f, 50 % of its points lost" in seen


def test_discrimination_is_the_item_rest_correlation():
    summary = summarise(fake_class(200))
    for column, item in enumerate(summary.exercises):
        points = np.array([[e.points for e in r.exercises if e.verdict is not Verdict.MANUAL] for r in summary.graded])
        rest = points.sum(axis=1) - points[:, column]
        assert item.discrimination == pytest.approx(np.corrcoef(points[:, column], rest)[0, 1])


def test_discrimination_is_left_out_where_it_means_nothing():
    few = [result(str(i), exercise("f", [Verdict.PASSED, Verdict.ERROR][i % 2]), exercise("g")) for i in range(4)]
    assert len(few) < FEWEST_FOR_DISCRIMINATION
    assert summarise(few).exercises[0].discrimination is None
    alike = [result(str(i)) for i in range(30)]
    assert {item.discrimination for item in summarise(alike).exercises} == {None}
    assert "Everybody passed every exercise" in text(report(alike))


def test_a_misconception_counts_each_student_once_and_names_them():
    results = [result(f"wrong {i}", exercise("correlate2d", Verdict.FAILED, hint=FLIPPED)) for i in range(3)]
    results += [result(f"right {i}", exercise("correlate2d")) for i in range(5)]
    (met,) = summarise(results).hints
    assert (met.exercise, met.hint, met.students) == (
        "correlate2d",
        FLIPPED,
        ("wrong 0", "wrong 1", "wrong 2"),
    )
    page = report(results)
    assert f"Met most often, by 38 % of the class: {FLIPPED}" in text(page)
    details = BeautifulSoup(page, "html.parser").select_one(".met details")
    assert details is not None and not details.has_attr("open")
    assert details.summary.get_text() == "3 students"  # type: ignore[union-attr]
    assert details.p.get_text() == "wrong 0, wrong 1, wrong 2"  # type: ignore[union-attr]


def test_the_same_hint_in_two_exercises_is_two_misconceptions():
    both = result(
        "A",
        exercise("f", Verdict.FAILED, hint="Only channel 0."),
        exercise("g", Verdict.FAILED, hint="Only channel 0."),
    )
    assert [met.exercise for met in summarise([both]).hints] == ["f", "g"]


def test_many_hints_are_folded_but_all_there():
    results = [result(f"s{i}", exercise("f", Verdict.FAILED, hint=f"Reason number {i}.")) for i in range(40)]
    seen = text(report(results))
    assert "25 more hints" in seen
    assert all(f"Reason number {i}." in seen for i in range(40))


def test_wrong_answers_without_a_hint_are_where_to_look_next():
    results = [
        result("A", exercise("f", Verdict.FAILED, message="Got 3, not 4.")),
        result("B", exercise("f", Verdict.MISSING)),
    ]
    (incident,) = summarise(results).unexplained
    assert incident.students == ("A",)
    assert "1 wrong answer that no hint explains" in text(report(results))
    assert "A, f: Got 3, not 4." in text(report(results))


def test_what_needs_a_person_is_on_top_with_its_sentence():
    results = [
        *(result(f"fine {i}") for i in range(3)),
        ungraded("PDF", Verdict.MALFORMED, "A PDF cannot be graded."),
        ungraded("Other", Verdict.WRONG_ASSIGNMENT, "This is 02."),
        ungraded("Ours", Verdict.NOT_GRADED, "The grader ran out of disk."),
        ungraded("Nobody", Verdict.MISSING, "There is no notebook."),
        result(
            "Exit",
            exercise("f", Verdict.KILLED, message="It ended."),
            exercise("g", Verdict.KILLED, message="It ended."),
        ),
    ]
    page = report(results)
    first = " ".join(BeautifulSoup(page, "html.parser").select("section")[0].get_text().split())
    assert "5 submissions need a person" in first
    for words in (
        "PDF ? malformed A PDF cannot be graded.",
        "This is 02.",
        "The grader ran out of disk.",
        "There is no notebook.",
    ):
        assert words in first
    assert "Exit ■ killed f, g: It ended." in first
    assert "fine" not in first
    assert len(summarise(results).graded) == 4


def test_a_file_that_could_not_be_read_is_one_trouble_and_not_one_an_exercise():
    unread = result(
        "PDF",
        *(exercise(name, Verdict.MALFORMED, message="No JSON.") for name in "fg"),
        verdict=Verdict.MALFORMED,
        message="No JSON.",
    )
    (incident,) = summarise([unread]).needs_a_human
    assert (incident.exercises, incident.message) == ((), "No JSON.")


def test_the_same_trouble_of_many_is_said_once():
    results = [ungraded(f"s{i}") for i in range(30)]
    assert len(summarise(results).needs_a_human) == 1
    page = report(results)
    assert page.count("The file is not JSON.") == 1
    assert "30 submissions need a person" in text(page)


def test_an_exercise_that_the_grader_failed_on_stays_out_of_the_mean():
    results = [
        result("A", exercise("f")),
        result("B", exercise("f", Verdict.NOT_GRADED), verdict=Verdict.FAILED),
    ]
    (f,) = summarise(results).exercises
    assert (f.mean_points, f.submissions) == (10.0, 2)


def test_written_answers_wait_in_one_line_and_have_a_column():
    results = [result(name, exercise("f"), ExerciseResult("written", Verdict.MANUAL, 0, 5)) for name in "ABC"]
    page = report(results, manual={"B": {"written": (4.5, 5.0)}, "C": {"written": (0.0, 5.0)}})
    assert "1 answer to written waits to be graded by hand" in text(page)
    assert [cells[2] for name, cells in rows(page).items() if name in "ABC"] == ["… waits", "4.5", "0"]
    assert [item.grade_id for item in summarise(results).exercises] == ["f"]


def test_the_table_has_scores_points_and_signs_in_the_order_of_names():
    results = [
        result("Zoë", exercise("f"), exercise("g", Verdict.MISSING)),
        result("Grace", exercise("f", Verdict.FAILED, message="No."), exercise("g")),
        result("Göran", exercise("f"), exercise("g")),
        result("محمد", exercise("f"), exercise("g")),
        ungraded("Ada"),
    ]
    table = rows(report(results))
    assert list(table) == ["Ada", "Göran", "Grace", "Zoë", "محمد", "mean"]
    assert table["Grace"][:3] == ["15", "5 ✗", "10 ✓"]
    assert table["Zoë"][:3] == ["10", "10 ✓", "0 ○"]
    assert table["Ada"][:2] == ["–", "? malformed"]
    assert table["mean"][:3] == ["16.25", "8.75", "7.5"]


def test_links_stay_beside_the_page():
    links = {
        "Zoë": "feedback/Zoë van der Berg.html",
        "B": "javascript:alert(1)",
        "C": "//elsewhere.example/x",
    }
    page = report([result(name) for name in ("Zoë", "B", "C", "D")], links=links)
    hrefs = {a.get_text(): a["href"] for a in BeautifulSoup(page, "html.parser").select("tbody a")}
    assert hrefs["Zoë"] == "./feedback/Zo%C3%AB%20van%20der%20Berg.html"
    assert hrefs["B"] == "./javascript%3Aalert%281%29"
    assert hrefs["C"].startswith(".//") and "D" not in hrefs
    assert relative_link("../feedback/a.html") == "./../feedback/a.html"


@pytest.mark.parametrize("verdict", [Verdict.MALFORMED, Verdict.MISSING, Verdict.NOT_GRADED])
def test_a_class_of_which_nothing_could_be_graded(verdict: Verdict):
    page = report([ungraded(name, verdict, "So it is.") for name in "ABC"])
    assert "3 submissions, 0 graded" in text(page)
    assert "histogram" not in BeautifulSoup(page, "html.parser").find("main").decode_contents()  # type: ignore[union-attr]
    assert set(rows(page)) == {"A", "B", "C"}


def test_an_empty_class():
    page = report([])
    assert "No submission yet" in text(page)
    assert not rows(page)


def test_one_student():
    seen = text(report([result("Ada", exercise("f", Verdict.FAILED, hint=FLIPPED))]))
    assert "1 submission, 1 graded." in seen
    assert "One submission: 5 of 10 points" in seen


def test_submissions_of_an_older_release_with_fewer_exercises():
    results = [result("A", exercise("f")), result("B", exercise("f"), exercise("g"))]
    summary = summarise(results)
    assert [(item.grade_id, item.submissions) for item in summary.exercises] == [("f", 2), ("g", 1)]
    assert rows(report(results))["A"][1:3] == ["10 ✓", "–"]


def test_nothing_from_a_student_becomes_markup_or_grows():
    bad = "<script>alert(1)</script>\"'&\x00\u202e\ud800"
    names = (bad, "x" * 1_000_000, "", " \n\t")
    results = [
        result(
            name,
            exercise("f", Verdict.FAILED, hint=bad * 9999),
            exercise("g", Verdict.KILLED, message=bad * 9999),
        )
        for name in names
    ]
    page = report([*results, ungraded(bad, message=bad * 9999)], links={name: bad for name in names})
    assert len(page) < 120_000
    assert "<script>alert(1)</script>" in text(page)
    assert "(no name)" in text(page)


@pytest.mark.slow
def test_a_class_of_a_thousand_is_quick_and_one_file_of_less_than_a_megabyte():
    results = fake_class(1000)
    start = time.perf_counter()
    page = report(results)
    assert time.perf_counter() - start < 20
    assert len(page.encode()) < 1_000_000
    assert "1,000 submissions" in text(page)


def test_the_report_does_not_depend_on_the_order_in_which_grading_ended():
    results = fake_class(20)
    assert report(results) == report(results[::-1])


@pytest.mark.parametrize("top", [95, 100, 30, 5, 1, 12.5, 7, 0.3, 1000, 99.99])
def test_bins_are_at_most_twenty_begin_at_zero_and_end_at_the_maximum(top: float):
    edges = bin_edges(top)
    assert edges[0] == 0 and edges[-1] == pytest.approx(top)
    assert 2 <= len(edges) <= 22
    widths = np.diff(edges)
    assert (widths > 0).all() and np.allclose(widths[:-1], widths[0]) and widths[-1] <= widths[0] + 1e-9


@pytest.mark.parametrize("top", [0, -1, float("nan"), float("inf")])
def test_a_maximum_that_is_none_has_one_bin(top: float):
    assert bin_edges(top) == [0, 1]


def test_every_submission_is_in_one_bin_of_the_histogram():
    assert bin_edges(95) == list(range(0, 100, 5))
    assert bin_counts([0, 4.99, 5, 89.9, 90, 95, -3, 120], bin_edges(95)) == [3, 1] + [0] * 15 + [1, 3]
    drawn = histogram([0, 4.99, 5, 95], 95, 5, "median")
    assert sorted(re.findall(r'class="value">(\d+)<', drawn)) == ["1", "1", "2"]
    assert 'aria-label="median 5; 0 to 5: 2 submissions, 5 to 10: 1 submission, 90 to 95: 1 submission"' in drawn


def test_a_stacked_bar_fills_its_width_and_says_its_numbers_without_colour():
    drawn = stacked_bar([(Tone.PASSED, 12), (Tone.FAILED, 7), (Tone.ERROR, 0), (Tone.STOPPED, 1)])
    solid = re.findall(r'width="([\d.]+)%" height="26" class="fill-', drawn)
    assert [float(width) for width in solid] == [60, 35, 5]
    assert 'aria-label="12 passed, 7 failed, 1 stopped"' in drawn
    assert "✓ 12" in drawn and "✗ 7" in drawn and "error" not in drawn
    assert {"url(#texture-failed)", "url(#texture-stopped)"} == set(re.findall(r"url\([^)]*\)", drawn))


def test_numbers_read_well():
    assert [number(x) for x in (0, 7.5, 10.0, 33.333, -0.0, 100)] == ["0", "7.5", "10", "33.33", "0", "100"]
    assert [percent(x) for x in (0, 0.001, 0.314, 0.999, 1)] == ["0 %", "< 1 %", "31 %", "> 99 %", "100 %"]
    assert [seconds(x) for x in (0, 0.26, 9.94, 61.2)] == ["< 0.1 s", "0.3 s", "9.9 s", "61 s"]


def test_results_are_not_changed_by_being_shown():
    results = fake_class(10)
    before = [dataclasses.asdict(each) for each in results]
    report(results)
    assert [dataclasses.asdict(each) for each in results] == before


def test_pairs_that_are_alike_are_a_place_to_look_with_links_to_both():
    results = [result(name) for name in ("Ada", "Bob", "Cy")]
    pairs = [Pair(("Ada", "Bob"), 0.62, 40, ("conv_layer", "correlate2d"))]
    page = report(results, alike=pairs, links={"Ada": "a.html", "Bob": "b.html"})
    section = next(s for s in BeautifulSoup(page, "html.parser").select("section") if "alike" in s.h2.get_text())
    seen = " ".join(section.get_text().split())
    assert "1 pair of submissions is alike: a place to look, not a verdict" in seen
    assert "62 % Ada and Bob 40 passages, in conv_layer, correlate2d" in seen
    assert [a["href"] for a in section.select("a")] == ["./a.html", "./b.html"]
    assert "No two submissions stand out as alike" in text(report(results, alike=[]))
    assert "alike" not in text(report(results))


def test_many_pairs_are_folded_and_bounded():
    results = [result(name) for name in ("Ada", "Bob")]
    pairs = [Pair((f"a{i}", f"b{i}"), 0.5, 20, ("f",)) for i in range(1000)]
    page = report(results, alike=pairs)
    assert "985 more pairs" in text(page) and "and 800 more." in text(page)
    assert len(page) < 300_000
