"""nbgrader itself still does what the course replaces (nbgrader_plugin/replaced.py), and each patch in docs/upstream
mends one of these things."""

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from pkgutil import resolve_name

import nbgrader
import pytest
from nbgrader.coursedir import CourseDirectory

from autograder.classroom.nbgrader_plugin import replaced
from autograder.classroom.nbgrader_plugin.replaced import REPLACED, SEEN_IN

from . import stock_nbgrader
from .pupils import ROOT

NAMES = [each.name for each in REPLACED]
PATCHES = {path.stem: path for path in sorted((ROOT / "docs/upstream").glob("*.patch"))}


def stock(folder, names, package=Path(nbgrader.__file__).parent):
    """Says which of these things nbgrader does by itself, in a process without the course."""
    environment = {**os.environ, "PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1",
                   "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    (folder / "probes").mkdir()
    ran = subprocess.run([sys.executable, stock_nbgrader.__file__, folder / "probes", *names], cwd=folder,
                         env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr[-3000:]
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    return stock(tmp_path_factory.mktemp("stock"), {*NAMES, *PATCHES})


@pytest.mark.parametrize("name", sorted({*NAMES, *PATCHES}))
def test_nbgrader_still_needs_it(installed, name):
    assert installed[name], f"nbgrader no longer does this: take {name} out of replaced.py and docs/upstream"


def test_the_versions_are_those_that_were_tried():
    assert version("nbgrader") in SEEN_IN, "run this file's tests with it, and then add it to SEEN_IN"


@pytest.mark.nightly
@pytest.mark.parametrize("name", PATCHES)
def test_a_patch_for_nbgrader_mends_it(name, tmp_path):
    copy = tmp_path / "patched/nbgrader"
    shutil.copytree(Path(nbgrader.__file__).parent, copy, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    subprocess.run(["git", "apply", "--unsafe-paths", f"--directory={copy.parent}", PATCHES[name]], check=True)
    assert stock(tmp_path, [name], copy) == {name: False}


@pytest.fixture
def shared():
    """As in a course that has assignments of an instructor's own."""
    replaced.install(shared=True)
    yield
    replaced.install(shared=False)


@pytest.mark.parametrize("theirs", replaced.CLASSES)
def test_in_a_shared_course_a_lesson_gets_our_class_and_their_assignment_gets_theirs(theirs, shared, tmp_path):
    kind, made = resolve_name(theirs), {}
    for lesson in ("01_se", "ps1"):
        coursedir = CourseDirectory(root=str(tmp_path), db_url=f"sqlite:///{tmp_path}/db", assignment_id=lesson)
        made[lesson] = type(kind.__new__(kind, coursedir=coursedir))
    assert made == {"01_se": resolve_name(f"{replaced.__package__}.{replaced.CLASSES[theirs]}"), "ps1": kind}


def test_in_a_shared_course_their_times_are_read_as_before(shared, tmp_path):
    course = CourseDirectory(root=str(tmp_path), db_url=f"sqlite:///{tmp_path}/db")
    for lesson in ("01_se", "ps1"):
        (tmp_path / lesson).mkdir()
        (tmp_path / lesson / "timestamp.txt").write_text("2026-11-20 10:00:00 -0800")
        course.assignment_id = lesson
        said = course.get_existing_timestamp(str(tmp_path / lesson))
        # nbgrader takes -0800 for 800 seconds
        assert said == (datetime(2026, 11, 20, 18) if lesson == "01_se" else datetime(2026, 11, 20, 10, 13, 20))
