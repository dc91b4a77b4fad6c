"""The hand-out is complete without the rest of the repository, and holds no answers."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.lessons.course import NOTEBOOKS
from autograder.lessons.topics import topic
from autograder.submission.notebook import defined_names
from builder import build, cells
from tests.conftest import ROOT
from tests.course.given import GIVEN, starts
from tests.suites import few

LESSONS = pytest.mark.parametrize("lesson", build.lessons(), ids=lambda lesson: lesson.name)
# of them, in `make test`
ONE = pytest.mark.parametrize("lesson", few(build.lessons(), 1, lambda lesson: 0, lambda lesson: lesson.name))
REPAIRS = {repair.name for lesson in build.lessons() if (repair := topic(lesson.topic).repair)}
HEAD = re.compile("(import|from|def) ")
KNOWN = {"super().__init__()", "channels // reduction", "if layout not in LAYOUTS:"}  # the library says so, too
NOT_PART_OF_IT = shutil.ignore_patterns("*.egg-info", "__pycache__", "build", ".ipynb_checkpoints")


@pytest.fixture(scope="session")  # the tests of a lesson come one after the other, from all files
def handed_out(course, tmp_path_factory):
    """course/ alone in an empty folder, and its library installed from there into another."""
    folder, site = tmp_path_factory.mktemp("handout") / "course", tmp_path_factory.mktemp("site")
    shutil.copytree(course, folder, ignore=NOT_PART_OF_IT)
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps",
                    f"--target={site}", folder],
                   check=True, env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"})
    shutil.rmtree(folder / "build", ignore_errors=True)
    return folder, site


def run(notebook, folder, site):
    """Execute `notebook` in `folder` with the library in `site`, errors and all. Nothing can be written to the home, as
    on Colab and Kaggle."""
    environment = {**os.environ, "PYTHONPATH": str(site), "HOME": "/proc/nobody"}
    notebook.cells.insert(0, nbformat.v4.new_code_cell("import attention_lab; print(attention_lab.__file__)"))
    NotebookClient(notebook, timeout=300, kernel_name="python3", allow_errors=True,
                   resources={"metadata": {"path": str(folder)}}).execute(
        env=environment)
    assert Path(notebook.cells.pop(0).outputs[0].text.strip()).is_relative_to(site)
    return notebook


def errors(notebook):
    outputs = [(cell.id, o) for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]
    return [(cell, o.ename, o.evalue) for cell, o in outputs if o.output_type == "error"]


@ONE
def test_the_released_notebook_runs_and_says_only_what_is_not_implemented(lesson, handed_out):
    folder, site = handed_out
    notebook = run(nbformat.read(folder / lesson.name / f"{lesson.name}.ipynb", as_version=4), folder / lesson.name,
                   site)
    found = errors(notebook)
    given_up, never_made = {cell for cell, _, _ in found}, set()
    for cell in notebook.cells:
        for _, name, said in (each for each in found if each[0] == cell.id):
            assert (
                name in ("NotImplementedError", "NotYet", "NotTrained")
                or name == "NameError" and said.split("'")[1] in never_made
            ), found
        if cell.id in given_up:
            targets = re.findall(r"^ *(\w+(?:, \w+)*) = ", cell.source, re.MULTILINE)
            never_made |= {name for each in targets for name in each.split(", ")}
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            shown, = cell.outputs
            said = "handed out" if cells.exercise_of(cell) in REPAIRS else "not implemented yet"
            assert said in shown.data["text/html"].lower() and shown.data["text/plain"] == "0.0"


@ONE
def test_one_notebook_and_the_library_are_enough(lesson, handed_out, tmp_path):
    """Solved by hand in an empty folder, all checks are green; the data are found, and the pictures brought."""
    folder, site = handed_out
    alone = tmp_path / "downloads"
    alone.mkdir()
    notebook = nbformat.read(folder / lesson.name / f"{lesson.name}.ipynb", as_version=4)
    answers = {cell.id: cell.source for cell in
               nbformat.read(NOTEBOOKS / lesson.name / f"{lesson.name}.ipynb", as_version=4).cells}
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = answers[cell.id]
    notebook.cells = [cell for cell in notebook.cells if "experiment" not in cell.metadata.get("tags", [])]
    run(notebook, alone, site)
    assert not errors(notebook)
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("grade"):
            assert float(cell.outputs[-1].data["text/plain"]) == meta["points"], cell.outputs[0].data["text/html"]
    assert (alone / ".progress.json").is_file()
    drawn, brought = ({path.name for path in (place / "figures").iterdir()} for place in (folder / lesson.name, alone))
    assert drawn == brought


def contents(path):
    """What a file holds, but for the cells that show what GIVEN says, and for code that is repaired."""
    if path.suffix != ".ipynb":
        return path.read_bytes()
    notebook, shown = nbformat.read(path, as_version=4), GIVEN.get(path.stem, ())
    given = [cell for cell in notebook.cells if shown and cell.source.startswith(starts(path.stem))]
    assert len(given) == len(shown) and not any("nbgrader" in cell.metadata for cell in given)
    handed_out = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")
                  and REPAIRS & {*defined_names(cell.source)}]
    notebook.cells = [cell for cell in notebook.cells if cell not in given + handed_out]
    return nbformat.writes(notebook).encode()


def not_given(lesson, reference):
    """The lines of a reference without the definitions that its page gives."""
    lines = reference.splitlines()
    for node in reversed(ast.parse(reference).body):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and lines[node.lineno - 1].startswith(starts(lesson)):
            del lines[node.lineno - 1:node.end_lineno]
    return lines


@LESSONS
def test_it_holds_no_answers(lesson, handed_out):
    """No line of a solution, no marker, no word of the packages that judge, in any file."""
    folder, _ = handed_out
    solved = nbformat.read(NOTEBOOKS / lesson.name / f"{lesson.name}.ipynb", as_version=4)
    regions = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", "\n".join(c.source for c in solved.cells),
                         re.DOTALL)
    secrets = {line.strip() for region in regions for line in region.splitlines() if len(line.strip()) > 20}
    reference = (ROOT / f"solutions/{lesson.topic}/reference.py").read_text(encoding="utf-8")
    secrets |= {line.strip() for line in not_given(lesson.name, reference)
                if re.match(r"\s+(return|self\.\w+ =) ", line) and len(line.strip()) > 20}
    secrets = {re.sub(r"^return |\s+#.*", "", secret) for secret in secrets if not HEAD.match(secret)} - KNOWN
    assert len(secrets) > 4
    for path in folder.rglob("*"):
        if path.is_file():
            data = contents(path)
            for secret in [*secrets, "### BEGIN", "solutions.shared", "autograder"]:
                assert secret.encode() not in data, f"{path}: {secret}"
