"""How much an exercise counts: every total follows, and when it is taken back, every mark is what it was."""

import itertools

import pytest
from nbgrader.api import Gradebook

from attention_lab.checking.verdict import report
from attention_lab.checking.verdict.verdict import Check, Verdict
from autograder.classroom.counts import former, weigh, weights_in
from autograder.classroom.final_mark import mark_of
from autograder.classroom.rules import Weight
from autograder.submission import notebook

from .test_rules import APPLY, LOOK, graded, held, told, write  # noqa: F401

SE = notebook.lesson("01_se")
DROPPED, DOUBLE, THIRD, BONUS = Weight(0, 0), Weight(2, 2), Weight(1 / 3, 1 / 3), Weight(1, 0)
# automatic points, marks by hand and extra credit, in the order of the lesson
GIVEN = {"ada": ((1.1, None, None), (3, None, 0.7), (None, 3.3, None), (1, 0.1, 0.1), (0, None, None)),
         "dora": ((0, None, None), (0.3, 0, None), (4, None, None), (0, None, 0.25), (0, None, None))}


@pytest.fixture
def gradebook(tmp_path):
    with Gradebook(f"sqlite:///{tmp_path / 'other.db'}") as opened:
        opened.add_assignment("01_se")
        opened.add_notebook("01_se", "01_se")
        for slot in SE.exercises:
            opened.add_grade_cell(slot.check_id, "01_se", "01_se", max_score=slot.points, cell_type="code")
        for student, grades in GIVEN.items():
            opened.add_student(student)
            opened.add_submission("01_se", student)
            for slot, values in zip(SE.exercises, grades):
                give(opened, student, slot, *values)
        yield opened


def give(gradebook, student, slot, auto, by_hand=None, extra=None):
    grade = gradebook.find_grade(slot.check_id, "01_se", "01_se", student)
    grade.auto_score, grade.manual_score, grade.extra_credit = auto, by_hand, extra
    gradebook.db.commit()


def marks(gradebook):
    return {student: (round(mark.points, 9), round(mark.most, 9)) for student in GIVEN
            if (mark := mark_of(gradebook.find_submission("01_se", student)))}


def everything(gradebook):
    grades = [grade for slot in SE.exercises for student in GIVEN
              for grade in [gradebook.find_grade(slot.check_id, "01_se", "01_se", student)]]
    return [(grade.auto_score, grade.manual_score, grade.extra_credit, grade.max_score) for grade in grades]


@pytest.mark.parametrize("number, weight, ada, most", [
    (0, DROPPED, 7.2, 9), (0, DOUBLE, 9.4, 13), (0, BONUS, 8.3, 9), (1, DROPPED, 4.6, 8), (1, THIRD, 4.6 + 3.7 / 3, 9),
    (2, DROPPED, 5, 7), (2, DOUBLE, 11.6, 15), (3, BONUS, 8.3, 10), (3, DROPPED, 8.1, 10)])
def test_points_and_maximum_follow(gradebook, number, weight, ada, most):
    before = everything(gradebook)
    weigh(gradebook, "01_se", {SE.exercises[number].check_id: weight})
    assert marks(gradebook)["ada"] == (round(ada, 9), most)
    weigh(gradebook, "01_se", {})
    assert everything(gradebook) == before and not weights_in(gradebook, "01_se")


def test_whatever_it_was_in_between_it_comes_back_exactly(gradebook):
    before, cells = everything(gradebook), [slot.check_id for slot in SE.exercises]
    for weights in itertools.permutations([DROPPED, DOUBLE, THIRD, BONUS]):
        wanted = dict(zip(cells, weights))
        weigh(gradebook, "01_se", wanted)
        assert weights_in(gradebook, "01_se") == wanted
        grades = [grade for each in gradebook.find_submission("01_se", "ada").notebooks for grade in each.grades]
        assert former(gradebook, grades, "auto_score") == [
            GIVEN["ada"][cells.index(grade.name)][0] for grade in grades]
    weigh(gradebook, "01_se", {})
    assert everything(gradebook) == before


@pytest.mark.parametrize("weight, shown, after", [(DROPPED, 1.5, 1.5), (DOUBLE, 3, 1.5), (BONUS, 1.5, 1.5)])
def test_a_mark_by_hand_that_is_given_meanwhile_keeps_its_share(gradebook, weight, shown, after):
    slot = SE.exercises[2]
    weigh(gradebook, "01_se", {slot.check_id: weight})
    gradebook.find_grade(slot.check_id, "01_se", "01_se", "dora").manual_score = shown  # as formgrader does
    weigh(gradebook, "01_se", {})
    assert gradebook.find_grade(slot.check_id, "01_se", "01_se", "dora").manual_score == after


@pytest.mark.parametrize("weight", [DROPPED, DOUBLE, THIRD, BONUS])
@pytest.mark.parametrize("points", [0, 1, 2, 2.2, 4])  # also what the weighted points happened to be
def test_work_that_is_graded_meanwhile_is_weighed_like_the_others(gradebook, weight, points):
    slot = SE.exercises[0]
    weigh(gradebook, "01_se", {slot.check_id: weight})
    give(gradebook, "ada", slot, points)  # nbgrader's step records what the notebook says
    weigh(gradebook, "01_se", weights_in(gradebook, "01_se"), "ada")
    grade = gradebook.find_grade(slot.check_id, "01_se", "01_se", "ada")
    assert grade.auto_score == pytest.approx(points * weight.score)
    assert gradebook.find_grade(slot.check_id, "01_se", "01_se", "dora").auto_score == 0
    weigh(gradebook, "01_se", {})
    assert grade.auto_score == points


def test_a_lesson_that_was_generated_again_needs_its_weights_again(gradebook):
    slot = SE.exercises[0]
    weigh(gradebook, "01_se", {slot.check_id: DOUBLE})
    gradebook.update_or_create_grade_cell(slot.check_id, "01_se", "01_se", max_score=3)  # with other points
    assert weights_in(gradebook, "01_se") != {slot.check_id: DOUBLE}
    weigh(gradebook, "01_se", {slot.check_id: DOUBLE})
    assert gradebook.find_grade_cell(slot.check_id, "01_se", "01_se").max_score == 6
    weigh(gradebook, "01_se", {})
    assert gradebook.find_grade_cell(slot.check_id, "01_se", "01_se").max_score == 3


@pytest.mark.parametrize("outcome, sign", [("passed", "✓"), ("failed", "✗")])
def test_an_exercise_of_no_points_is_right_or_wrong_all_the_same(outcome, sign):
    verdict = Verdict("squeeze", 0.0, 0.0, [Check("output", outcome)], "")
    assert report.text(verdict).startswith(f"{sign} squeeze: 0 of 0")


def test_course_applies_it_names_the_marks_and_takes_it_back(graded):  # noqa: F811
    before, late = held(graded), '[late]\npercent_per_day = 10\n'
    write(graded.folder, late + "[exercises.01_se]\nsqueeze = 3\nSEBlock = 0")
    status, said = told(LOOK)
    assert status == 1 and held(graded) == before and "- ada in 01_se: 1.5 of 6; it was 0.5 of 2" in said
    assert "01_se: SEBlock does not count" in said  # of an exercise that this gradebook does not hold
    assert told(APPLY) == (0, said.replace("To be set in the gradebook (--apply does it):", "Set in the gradebook:"))
    assert told(APPLY)[0] == 0 and "The gradebook agrees" in told(LOOK)[1]
    write(graded.folder, late)
    assert told(APPLY)[0] == 0 and "The gradebook agrees" in told(LOOK)[1] and held(graded) == before
