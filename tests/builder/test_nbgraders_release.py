"""A release is what nbgrader's own command makes, with our step that hands out a repair."""

import os
import sysconfig

import nbformat

from autograder.classroom.nbgrader_plugin import HANDS_OUT
from autograder.lessons.course import NOTEBOOKS
from builder import notebooks


def test_a_release_is_that_of_nbgraders_command(tmp_path, monkeypatch):
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    monkeypatch.setenv("PATH", f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}")  # where alembic is
    solved = nbformat.read(NOTEBOOKS / "01_se/01_se.ipynb", as_version=4)
    (tmp_path / "source/01_se").mkdir(parents=True)
    nbformat.write(solved, tmp_path / "source/01_se/01_se.ipynb")
    config = Config()
    config.CourseDirectory.root = str(tmp_path)
    config.GenerateAssignment.preprocessors = HANDS_OUT
    assert NbGraderAPI(config=config).generate_assignment("01_se")["success"]
    assert nbformat.read(tmp_path / "release/01_se/01_se.ipynb", as_version=4) == notebooks.release(solved, "01_se")
