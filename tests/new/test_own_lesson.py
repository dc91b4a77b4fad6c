"""A lesson of one's own, from a reference in a folder outside to judged notebooks, in a copy of the repository with
one other lesson."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig

import nbformat
import pytest

from autograder.lessons.course import ROOT, Lesson
from autograder.new import sketch
from autograder.sandbox import isolation

pytestmark = pytest.mark.nightly

REFERENCE = '''
"""Centres each channel."""

from torch import Tensor


def centred(x: Tensor) -> Tensor:
    """x without the mean of each channel: `(B, C, H, W) -> (B, C, H, W)`."""
    return x - x.mean(dim=(2, 3), keepdim=True)


INPUTS = {"centred": [{"inputs": [("B", 3, "H", "W")]}]}
'''
RIGHT = "def centred(x):\n    return x - x.flatten(2).mean(2)[:, :, None, None]"
WRONG = "def centred(x):\n    return x - x.mean(dim=(0, 2, 3), keepdim=True)"


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """The machinery, and lesson 00 alone: another place in which to build, so that nothing is added to this one."""
    root = tmp_path_factory.mktemp("repository")
    without = shutil.ignore_patterns("__pycache__")
    for folder in ("autograder", "builder", "solutions/shared", "solutions/warmup", "course/attention_lab",
                   "course/00_warmup"):
        shutil.copytree(ROOT / folder, root / folder, ignore=without)
    for file in ("README.md", "CITATION.cff", "docs/learners.md", "docs/instructors.md", "docs/versions.md",
                 "docs/versions.toml", "nbgrader_config.py", "pyproject.toml", "course/pyproject.toml"):
        (root / file).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / file, root / file)
    listed = (ROOT / "solutions/course.toml").read_text(encoding="utf-8").split("[[lesson]]")
    only = {"weeks": '[["00_warmup"]]', "lessons": '["00_warmup"]'}
    ways = re.sub(r"^(weeks|lessons) = \[.*?\]$", lambda found: f"{found[1]} = {only[found[1]]}", listed[0],
                  flags=re.DOTALL | re.MULTILINE)
    (root / "solutions/course.toml").write_text(f"{ways}[[lesson]]{listed[1]}", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def run(repository):
    """Run a module of the copy: its exit status, and what it said."""
    environment = {**os.environ, "PYTHONPATH": f"{repository}{os.pathsep}{repository / 'course'}"}
    environment.pop("OWN_LESSONS", None)

    def run(*words):
        done = subprocess.run([sys.executable, "-m", *map(str, words)], cwd=repository, env=environment, text=True,
                              capture_output=True)
        return done.returncode, done.stdout + done.stderr
    return run


def with_answer(released, answer, path):
    notebook = nbformat.read(released, as_version=4)
    next(cell for cell in notebook.cells
         if cell.metadata.get("nbgrader", {}).get("grade_id") == "centred").source = answer
    nbformat.write(notebook, path)
    return path


def test_from_a_reference_to_judged_notebooks(repository, run, tmp_path):
    reference = tmp_path / "centred.py"
    reference.write_text(REFERENCE, encoding="utf-8")
    status, said = run("autograder", "new", "centring", "--reference", reference, "--folder", tmp_path / "mine")
    assert status == 0, said
    made = tmp_path / "mine/centring"
    assert {path.name for path in made.iterdir()} == {"page.py", "reference.py", "exercises.py", "catalogue"}
    assert "INPUTS" not in (made / "reference.py").read_text(encoding="utf-8")
    entries = (made / "catalogue/centred.py").read_text(encoding="utf-8")
    assert entries.count("    Mistake(") >= 3
    calls = (made / "exercises.py").read_text(encoding="utf-8")
    assert "call((1, 3, H, 1))" in calls and "call((B, 3, 1, W))" in calls

    # not in the way before it is built
    status, said = run("autograder", "check", repository / "course/00_warmup/00_warmup.ipynb")
    assert status == 1, said
    status, said = run("autograder", "audit", "own_centring")
    assert status == 2 and "not built yet" in said

    entries = entries.replace("Mistake\n", "Mistake, Wrong\n", 1)
    entries = entries.replace("RIGHT = {}", f"RIGHT = {{'flat': {RIGHT!r}}}")
    (made / "catalogue/centred.py").write_text(f"{entries}WRONG = (Wrong('batch', {WRONG!r}),)\n", encoding="utf-8")
    status, said = run("builder", "own_centring")
    assert status == 0, said
    released = repository / "course/own_centring/own_centring.ipynb"
    assert "x.mean" not in released.read_text(encoding="utf-8")
    assert "own_centring" not in (repository / "README.md").read_text(encoding="utf-8")

    status, said = run("autograder", "audit", "own_centring", "--seeds", "1", "--json", tmp_path / "audit.json")
    found = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))
    assert not found["false_rejections"] and not found["false_acceptances"] and not found["misnamed"], said
    assert (found["totals"]["right answers"], found["totals"]["wrong answers"]) == (1, 1)
    assert status == int(bool(found["survivors"])), said  # what is missing fails nothing
    missing = "\n".join(found["missing"])
    for what in ("sentences that were proposed", "1 right answers", "no mistake has a hint",
                 "prose is to be written"):
        assert what in missing, missing

    right, wrong = (with_answer(released, answer, tmp_path / f"{kind}.ipynb")
                    for kind, answer in (("right", RIGHT), ("wrong", WRONG)))
    status, said = run("autograder", "check", right)
    assert status == 0, said
    status, said = run("autograder", "check", wrong)
    assert status == 1, said

    status, said = run("autograder", "new", "centring", "--reference", reference, "--folder", tmp_path / "again")
    assert status == 2 and "there is a topic centring already" in said

    for student, notebook in (("ada", right), ("bob", wrong)):
        folder = repository / "work/submitted" / student / "own_centring"
        folder.mkdir(parents=True)
        shutil.copy(notebook, folder / "own_centring.ipynb")
    for command in (("nbgrader", "generate_assignment", "own_centring"), ("autograder", "grade", "own_centring",
                                                                          "--jobs", "1"),
                    ("autograder", "export", "own_centring", "--format", "canvas"),
                    ("autograder", "insights", "own_centring")):
        status, said = run(*command)
        assert status == 0, said
    table = (repository / "work/export/own_centring-canvas.csv").read_text(encoding="utf-8").splitlines()
    assert table[2:] == [",,ada,ada,,2.0,2.0", ",,bob,bob,,0.0,0.0"]

    for taken in ("course", "solutions/notebooks"):  # what is built goes, and can be built again
        shutil.rmtree(repository / taken / "own_centring")
    status, said = run("builder", "own_centring")
    assert status == 0 and released.exists(), said

    (repository / "work/lessons.toml").unlink()  # the only lesson in it is taken away
    shutil.rmtree(repository / "course/own_centring")
    shutil.rmtree(repository / "solutions/notebooks/own_centring")
    status, said = run("autograder", "check", repository / "course/00_warmup/00_warmup.ipynb")
    assert status == 1, said
    status, said = run("autograder", "check", right)
    assert status == 2 and "Traceback" not in said, said


def test_no_folder_that_learners_code_may_read(monkeypatch):
    inside = Lesson("own_x", "x", "X", [], "", 30, folder=f"{sysconfig.get_path('purelib')}/x")
    monkeypatch.setattr(isolation, "own_lessons", lambda: [inside])
    with pytest.raises(isolation.NoLayers, match="The lesson own_x is in .*/x, below .*, which learners' "
                                                 "code may read"):
        isolation.readable.__wrapped__()


@pytest.mark.parametrize("change, complaint", [
    (("INPUTS = ", "SHAPES = "), "0 assignments to INPUTS"),
    (('{"centred": [', '{"centered": ['), "INPUTS names centered; the file defines centred"),
    (('[{"inputs": [("B", 3, "H", "W")]}]', "[(2, 3)]"), "(2, 3) is not a call"),
    (('("B", 3, "H", "W")', '("B", 0)'), "inputs are a list of shapes"),
    (('    """x without the mean of each channel: `(B, C, H, W) -> (B, C, H, W)`."""\n', ""),
     "centred has no docstring"),
])
def test_a_sketch_that_no_lesson_can_be_made_of(change, complaint, tmp_path):
    assert change[0] in REFERENCE
    path = tmp_path / "reference.py"
    path.write_text(REFERENCE.replace(*change), encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(complaint)):
        sketch.read(path)
