"""Whether a submission counts as graded depends on what is written in the notebook that lies there now."""

import json

import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from autograder.classroom.counts import weigh
from autograder.classroom.nbgrader_plugin.graded import RECORD, why_again
from autograder.classroom.nbgrader_plugin.handed_in import digest_of
from autograder.classroom.rules import Weight

pytestmark = pytest.mark.quick


def notebook(source, **metadata):
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    return json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def ada(tmp_path):
    """(path, why): ada's submitted notebook, which is graded, and a function that says why it is graded again."""
    coursedir = CourseDirectory(db_url=f"sqlite:///{tmp_path / 'gradebook.db'}", root=str(tmp_path),
                                assignment_id="01_se")
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        gradebook.add_assignment("01_se")
        gradebook.add_notebook("01_se", "01_se")
        gradebook.add_student("ada")
        gradebook.add_submission("01_se", "ada")
    source, graded = (tmp_path / step / "ada/01_se/01_se.ipynb" for step in ("submitted", "autograded"))
    for path in (source, graded):
        path.parent.mkdir(parents=True)
    source.write_text(notebook("answer = 1"))
    graded.write_text(notebook("answer = 1", **{RECORD: {"digest": digest_of(source)}}))
    return source, lambda: why_again(Autograde(coursedir=coursedir), "ada")


def test_a_corrected_notebook_without_a_new_timestamp_is_graded_again(ada):
    source, why = ada
    assert why() is None
    source.write_text(notebook("answer = 2"))
    assert why() == "it is not the notebook that was graded"


@pytest.mark.parametrize("weight", [Weight(0, 0), Weight(1 / 3, 1 / 3), Weight(1, 0)])
def test_a_weight_that_is_given_or_taken_back_grades_nothing_again(ada, tmp_path, weight):
    source, why = ada
    graded = tmp_path / "autograded/ada/01_se/01_se.ipynb"
    held = json.loads(graded.read_text())
    held["cells"].append({"cell_type": "code", "source": "check(squeeze)", "execution_count": 1, "outputs": [
        {"output_type": "execute_result", "data": {"text/plain": "1.1"}, "metadata": {}, "execution_count": 1}],
        "metadata": {"nbgrader": {"grade": True, "solution": False, "grade_id": "squeeze-check", "points": 2}}})
    graded.write_text(json.dumps(held))
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        gradebook.add_grade_cell("squeeze-check", "01_se", "01_se", max_score=2, cell_type="code")
        gradebook.remove_submission("01_se", "ada")
        gradebook.add_submission("01_se", "ada")
        gradebook.find_grade("squeeze-check", "01_se", "01_se", "ada").auto_score = 1.1
        gradebook.db.commit()
        for wanted in ({"squeeze-check": weight}, {}):
            weigh(gradebook, "01_se", wanted)
            gradebook.db.commit()
            assert why() is None
        gradebook.find_grade("squeeze-check", "01_se", "01_se", "ada").auto_score = 1.2
        gradebook.db.commit()
    assert why() == "the gradebook holds different points"
