"""A made-up class, as grading would return it: for the tests of the pages that show results."""

from __future__ import annotations

import random

from autograder.results import ExerciseResult, Result, TestResult, Verdict

COURSE = "Convolutional networks by hand and with Keras"
ASSIGNMENT = "01 Convolution by hand"
EXERCISES = {
    "weighted_average": 10,
    "correlate2d": 20,
    "convolve2d": 10,
    "conv_layer": 25,
    "conv_layer_im2col": 15,
    "learn_kernel": 10,
    "prediction": 5,
}
HARDNESS = {
    "weighted_average": 0.1,
    "correlate2d": 0.3,
    "convolve2d": 0.3,
    "conv_layer": 0.5,
    "conv_layer_im2col": 0.55,
    "learn_kernel": 0.45,
    "prediction": 0.15,
}
FLIPPED = "The kernel was turned by 180°: layers slide it as it is."
HINTS = {
    "weighted_average": ["The newest weight came first: the last weight belongs to the newest value."],
    "correlate2d": [FLIPPED, "The result is one row short: the last place where the kernel fits is missing."],
    "convolve2d": ["The kernel was not turned: this is correlation."],
    "conv_layer": ["The same bias was added to every filter.", "Only channel 0 was used."],
    "conv_layer_im2col": ["The patches are in another order than the weights.", "Only channel 0 was used."],
    "learn_kernel": ["The gradient has the wrong sign: the loss grows."],
}
LIMITS = {
    "cell_wall_seconds": 60.0,
    "notebook_wall_seconds": 300.0,
    "cpu_seconds": 300,
    "memory_bytes": 2 * 1024**3,
    "processes": 128,
    "open_files": 256,
    "written_bytes": 64 * 1024**2,
    "output_bytes": 4 * 1024**2,
}
RECEIPT = {"submission": "sha256:" + "7f3a" * 16, "grader": "0.1.0", "seed": "20260801"}
NAMES = (
    "Amira Haddad", "Ben Okafor", "Chiara Rossi", "Dmitri Volkov", "Elif Yılmaz", "Françoise Lefèvre",
    "Göran Åkesson", "Hana Suzuki", "Ingrid Nørgaard", "João Conceição", "Kwame Mensah",
    "Lena Müller-Weiß", "María José García de la Torre", "Nguyễn Thị Hương", "Olumide Adeyemi",
    "Priya Raghunathan", "Quentin O'Brien", "Rania Al-Masri", "Sofia Papadopoulou", "Tomáš Dvořák",
    "Uma Krishnan", "Viktor Horváth", "Wanjiru Kamau", "Xu Wei", "Yael Ben-David", "Zoë van der Berg",
    "Aiko Tanaka", "Bruno Castillo", "Camille Dubois", "Daniel Smith", "Emeka Nwosu", "Fatima Zahra",
    "Grace Lee", "Hugo Lindqvist", "Isabel Moreno", "Jakub Nowak", "Katarzyna Wójcik", "李小龙", "محمد علي",
    "student_40",
)  # fmt: skip
HEADLINE = "`correlate2d(image, kernel)` is not right."
COMPARISON = """\
Expected:
[[4 3 4]
 [2 4 3]
 [2 3 4]]
Got:
[[4 3 4]
 [2 5 3]
 [2 3 4]]
1 of 9 numbers differs, at [1, 1]: 5 instead of 4."""
NO_HINT = f"{HEADLINE}\n{COMPARISON}"
BROADCAST = "ValueError: operands could not be broadcast together with shapes (2,3,3,4) (3,3,4,5)"
TRACEBACK = f"""\
conv_layer(x, w, b)
      3     out = np.zeros((n, h - kh + 1, w - kw + 1, f))
----> 4     out[:, i, j] = np.sum(patch * w, axis=(1, 2, 3)) + b
{BROADCAST}"""


def exercise(
    grade_id: str = "correlate2d",
    verdict: Verdict = Verdict.PASSED,
    *,
    hint: str | None = None,
    message: str = "",
    traceback: str | None = None,
    points: float | None = None,
    max_points: float | None = None,
    seconds: float = 0.02,
) -> ExerciseResult:
    """An exercise of two tests; with `verdict` FAILED the first of them passes, for half of the points."""
    full = float(EXERCISES.get(grade_id, 10) if max_points is None else max_points)
    nothing = verdict not in (Verdict.PASSED, Verdict.FAILED)
    first = Verdict.PASSED if not nothing else verdict
    earned = full if verdict is Verdict.PASSED else 0.0 if nothing else full / 2
    if hint and not message:
        message = f"{HEADLINE}\n{hint}\n{COMPARISON}"
    tests = tuple(
        TestResult(
            f"{grade_id}-{i}",
            each,
            full / 2 if each is Verdict.PASSED else 0.0,
            full / 2,
            *(("", None, None) if each is Verdict.PASSED else (message, hint, traceback)),
            seconds / 2,
        )
        for i, each in enumerate((first, verdict), start=1)
    )
    return ExerciseResult(grade_id, verdict, earned if points is None else points, full, message, hint, seconds, tests)


def result(student: str = "Amira Haddad", *exercises: ExerciseResult, **changes: object) -> Result:
    """A graded submission; without exercises, one in which everything passes."""
    chosen = exercises or tuple(exercise(grade_id) for grade_id in EXERCISES)
    passed = all(each.verdict is Verdict.PASSED for each in chosen)
    worst = next((each.verdict for each in chosen if each.verdict is not Verdict.PASSED), Verdict.PASSED)
    fields: dict[str, object] = {
        "student": student,
        "assignment": "01_convolution",
        "release": "3f9c2a1",
        "verdict": Verdict.PASSED if passed else worst,
        "score": sum(each.points for each in chosen),
        "max_score": sum(each.max_points for each in chosen),
        "exercises": chosen,
        "limits": LIMITS,
        "receipt": RECEIPT,
        "seconds": sum(each.seconds for each in chosen) + 1.2,
    }
    return Result(**{**fields, **changes})  # type: ignore[arg-type]


def ungraded(student: str, verdict: Verdict = Verdict.MALFORMED, message: str = "The file is not JSON.") -> Result:
    """A submission of which nothing could be graded."""
    return Result(student, "01_convolution", "3f9c2a1", verdict, 0.0, 95.0, message, limits=LIMITS)


def _attempt(rng: random.Random, grade_id: str, skill: float) -> ExerciseResult:
    seconds = rng.uniform(0.01, 0.3) * (10 if grade_id in ("conv_layer_im2col", "learn_kernel") else 1)
    if skill + rng.gauss(0, 0.15) > HARDNESS[grade_id]:
        return exercise(grade_id, seconds=seconds)
    kind = rng.random()
    hints = HINTS.get(grade_id)
    if kind < 0.6 and hints:
        return exercise(grade_id, Verdict.FAILED, hint=rng.choice(hints), seconds=seconds)
    if kind < 0.68:
        return exercise(grade_id, Verdict.FAILED, message=NO_HINT, seconds=seconds)
    if kind < 0.8:
        return exercise(grade_id, Verdict.ERROR, message=BROADCAST, traceback=TRACEBACK, seconds=seconds)
    if kind < 0.86:
        return exercise(grade_id, Verdict.TIMEOUT, message="The test was stopped after 60 s.", seconds=60.0)
    return exercise(grade_id, Verdict.MISSING, message="This exercise is not written yet.", seconds=0.001)


def fake_class(students: int = 40, seed: int = 7) -> list[Result]:
    """A class in which most things go as they go: some excellent, some lost, a few files beyond help."""
    rng = random.Random(seed)
    results = []
    for i in range(students):
        name = NAMES[i] if i < len(NAMES) else f"student_{i + 1}"
        if i % 40 == 9:
            results.append(
                ungraded(name, message="The file is not JSON: it begins with “%PDF-1.7”. A PDF cannot be graded.")
            )
        elif i % 40 == 21:
            said = "This is the notebook of 02_padding_stride, not of 01_convolution."
            results.append(ungraded(name, Verdict.WRONG_ASSIGNMENT, said))
        elif i % 40 == 30:
            results.append(ungraded(name, Verdict.MISSING, "There is no notebook in the folder."))
        else:
            skill = min(max(rng.gauss(0.5, 0.3), 0), 1)
            tried = [_attempt(rng, grade_id, skill) for grade_id in EXERCISES]
            if i % 40 == 13:
                said = "The kernel ended in this cell (`os._exit`?)."
                tried[4:6] = [exercise(e.grade_id, Verdict.KILLED, message=said) for e in tried[4:6]]
            tried.append(ExerciseResult("written", Verdict.MANUAL, 0.0, 5.0))
            repairs = (
                ("The cell of `convolve2d` was there twice: the last one that ran was graded.",) if i % 9 == 4 else ()
            )
            automatic = tried[:-1]
            results.append(
                result(
                    name,
                    *tried,
                    repairs=repairs,
                    score=sum(e.points for e in automatic),
                    max_score=sum(e.max_points for e in automatic),
                    verdict=next((e.verdict for e in automatic if e.verdict is not Verdict.PASSED), Verdict.PASSED),
                )
            )
    return results
