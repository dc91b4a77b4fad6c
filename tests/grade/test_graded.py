"""Whether a submission counts as graded depends on what is written in the notebook that lies there now."""

import json
import os
import sysconfig

import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from autograder.classroom.nbgrader_plugin.graded import RECORD, why_again
from autograder.classroom.nbgrader_plugin.handed_in import digest_of


def notebook(source, **metadata):
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    return json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def ada(tmp_path, monkeypatch):
    """(path, why): ada's submitted notebook, which is graded, and a function that says why it is graded again."""
    monkeypatch.setenv("PATH", f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}")  # where alembic is
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
