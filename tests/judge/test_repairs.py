"""The repair of a lesson: code that is handed out with a mistake, and mended where it stands. Whoever leans on the
exercise that it imitates earns nothing for it."""

import copy
import warnings

import nbformat
import pytest
from nbgrader.converters.generate_assignment import GenerateAssignment

from attention_lab.checking.known import recorded
from attention_lab.checking.verdict import report
from attention_lab.notebook.check import verdict_on
from autograder import recording
from autograder.classroom.nbgrader_plugin import HANDS_OUT
from autograder.lessons.course import COURSE, NOTEBOOKS, files_of, lessons
from autograder.lessons.pages import RELEASED
from autograder.lessons.topics import topic

REPAIRS = {lesson.name: repair for lesson in lessons() if (repair := topic(lesson.topic).repair)}
LESSON = "02_eca"
OWN = REPAIRS[LESSON].like.name
# What is handed in for the repair, and a cell above it.
TRICKS = {
    "an alias": (f"ExhibitA = {OWN}", ""),
    "a class that inherits": (f"class ExhibitA({OWN}):\n    pass", ""),
    "a copy of the class": (f"ExhibitA = type('ExhibitA', {OWN}.__bases__, dict(vars({OWN})))", ""),
    "an alias in another cell": ("class ExhibitA(Mine):\n    pass", f"Mine = {OWN}"),
    "an answer inside": (f"class ExhibitA(nn.Module):\n    def __init__(self, *args, **kwargs):\n"
                         f"        super().__init__()\n        self.inner = {OWN}(*args, **kwargs)\n\n"
                         "    def forward(self, x):\n        return self.inner(x)", ""),
    "a name in two pieces": (f"class ExhibitA(globals()['{OWN[:3]}' + '{OWN[3:]}']):\n    pass", ""),
}


def cells(lesson, folder):
    return nbformat.read(folder / lesson / f"{lesson}.ipynb", as_version=4).cells


def cell(of, name):
    return next(each for each in of if each.metadata.get("nbgrader", {}).get("grade_id") == name.lower())


def checked(lesson, source):
    """What `check` in a notebook says of a repair, below the solved exercises."""
    files, repair = topic(next(each.topic for each in lessons() if each.name == lesson)), REPAIRS[lesson]
    names = recording.run_source(source, files.reference, "repair")
    return verdict_on(names[repair.name], files_of(lesson) / recorded.FOLDER)


@pytest.mark.parametrize("lesson", REPAIRS)
def test_what_is_handed_out_earns_nothing_and_its_mistake_is_known(lesson):
    found = checked(lesson, cell(cells(lesson, COURSE), REPAIRS[lesson].name).source)
    assert found.points == 0 and found.mistake == "as-handed-out", report.text(found)


@pytest.mark.parametrize("lesson", REPAIRS)
def test_what_is_repaired_earns_the_point(lesson):
    found = checked(lesson, cell(cells(lesson, NOTEBOOKS), REPAIRS[lesson].name).source)
    assert found.points == found.max_points == 1, report.text(found)


@pytest.mark.parametrize("trick", TRICKS)
def test_who_leans_on_the_imitated_exercise_earns_nothing(judge, trick):
    source, above = TRICKS[trick]
    solved = nbformat.v4.new_notebook(cells=copy.deepcopy(cells(LESSON, NOTEBOOKS)))
    repair = cell(solved.cells, "ExhibitA")
    repair.source = source
    solved.cells.insert(solved.cells.index(repair), nbformat.v4.new_code_cell(above))
    result = judge.grade(solved, LESSON)
    assert {name for name, found in result.verdicts.items() if found.points < found.max_points} == {"ExhibitA"}
    found = result.verdicts["ExhibitA"]
    assert found.points == 0 and f"without your `{OWN}`" in report.text(found), report.text(found)


def test_the_check_says_so_beforehand():
    for trick in ("a class that inherits", "a copy of the class", "an answer inside"):
        found = checked(LESSON, TRICKS[trick][0])
        assert found.points == 0 and f"leans on your `{OWN}`" in found.headline, trick


def test_the_steps_that_hand_out_are_nbgraders_and_one_of_ours():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = [f"nbgrader.preprocessors.{step.__name__}" for step in GenerateAssignment.preprocessors.default()]
    assert [step for step in HANDS_OUT if not step.endswith(".HandOutRepairs")] == theirs


def test_a_repair_is_handed_out_with_its_mistake():
    repair = REPAIRS[LESSON]
    released, solved = (cell(cells(LESSON, folder), repair.name) for folder in (COURSE, NOTEBOOKS))
    old, new = next(iter(repair.edits.items()))
    assert old in released.source and old not in solved.source and new in solved.source
    assert RELEASED not in released.metadata and solved.metadata[RELEASED] == released.source
