"""What stands at the end of a run, for somebody who did not watch it."""

import io

import pytest
from rich.console import Console

from attention_lab.checking.verdict.verdict import Check, Verdict
from autograder.classroom.final_mark import FinalMark
from autograder.classroom.live import Display
from autograder.judge.judge import BUSY, Result

pytestmark = pytest.mark.quick


def told(results, standing=(3, 1, []), absent=(), passed_over=None, marks=None, **lost):
    console = Console(file=io.StringIO(), width=80)
    progress = Display(console)
    progress.expect(dict.fromkeys([*results, *lost], ""), before=0)
    for student, result in results.items():
        progress.judged(student, result, cached=False)
        progress.ended(student, True, mark=(marks or {}).get(student))
    for student, problem in lost.items():
        progress.ended(student, False, problem)
    progress.summary(standing, list(absent), passed_over or {}, [])
    return console.file.getvalue().splitlines()


def result(points=2.0, headline="", **fields):
    verdict = Verdict("squeeze", points, 2.0, [Check("output", "passed")], headline)
    return Result("01_se", "limits", "cpu", {"squeeze": verdict}, **fields)


def test_packages_that_this_machine_lacks_are_told_for_the_class():
    lines = told({"ann": result(missing_modules=["einops"]), "bob": result(missing_modules=["timm", "einops"]),
                  "cy": result()})
    assert "Not installed here: einops, which 2 notebooks import: ann, bob" in lines
    assert "Not installed here: timm, which 1 notebook imports: bob" in lines


def test_only_packages_that_are_known_are_called_packages():
    """Whoever installs what this list says gets no stranger's package with the name of a learner's file."""
    lines = told({"ann": result(missing_modules=["cv2", "google", "helper", "kaggle_secrets", "piplite", "utils"]),
                  "bob": result(missing_modules=["helper"])})
    packages = [line for line in lines if line.startswith("Not installed here")]
    assert packages == ["Not installed here: cv2 (for pip: opencv-python-headless), which 1 notebook imports: ann"]
    others, = [line for line in lines if "files of the students' own" in line]
    assert "not handed in: helper (ann, bob), utils (ann). If one is a package that you want to allow" in others
    assert not any(name in line for line in lines for name in ("google", "kaggle", "piplite"))


def test_an_exercise_that_was_not_reached_is_told_with_the_reason():
    spent = "the notebook's 48 seconds of computing were spent by `Excitation` (40 s)"
    lines = told({"ann": result(0.0, not_reached={"squeeze": spent}), "bob": result(0.0, unsettled={"squeeze": BUSY})})
    assert f"No time was left for ann's squeeze, because {spent}" in lines
    assert f"bob: no mark yet for squeeze, because {BUSY}. The next run grades this again." in lines


def test_who_handed_in_nothing_and_how_the_class_stands():
    lines = told({"ann": result()}, (34, 12, ["ann", "bob"]), ["dot", "el\x1b[2Jsa"], {"bob": ["01_se (1).ipynb"]})
    assert "Nothing was handed in by 2 of the gradebook's students: dot, elsa" in lines
    assert "Not graded, because a notebook with the right name was also handed in: bob's 01_se (1).ipynb" in lines
    assert "Something is not marked yet, see formgrader: ann, bob" in lines
    assert "1 recorded (1 judged, 0 from the cache); 34 in the gradebook, 12 of them with full marks" in lines[-1]


def test_of_notebooks_without_end_that_lie_beside_one_the_first_are_named():
    others = [f"{number:03d}{'x' * 200}.ipynb" for number in range(900)]
    lines = told({"ann": result()}, passed_over={"ann": others})
    said = next(line for line in lines if line.startswith("Not graded, because"))
    assert ": ann's 000x" in said and others[4] in said and others[5] not in said and said.endswith(", and 895 more")


def test_nothing_is_cut_and_a_reason_is_given():
    long = "A headline that goes on and on, much longer than a line of a terminal, until it comes to its end here."
    lines = told({"ann": result(0.0, long)}, zed="[Errno 28] No space left on device")
    assert lines[0].endswith(long) and not any("ann" in line for line in lines[1:])  # said once
    assert "!  zed  not recorded  [Errno 28] No space left on device" in lines


def test_the_mark_that_is_recorded_is_told_and_not_what_the_checks_gave():
    marks = {"ann": FinalMark(10.0, 3.0, 10.0), "bob": FinalMark(8.5, 0.0, 10.0, by_hand=True)}
    lines = told({"ann": result(), "bob": result(1.0, "Wrong.")}, marks=marks)
    assert lines[0].endswith("ann  7 of 10, 3 taken off for being late")
    assert lines[1].endswith("bob  8.5 of 10, marked by hand  squeeze: Wrong.")
