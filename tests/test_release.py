"""The library as it is released: a wheel and an sdist, built from what the repository tracks and used where nothing
else of it is.

"Empty" means a new virtual environment that holds the wheel, and finds the packages that the wheel needs (torch and
others) where this environment has them: they are not downloaded again, and pip does not resolve them.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT, need

from autograder.lessons.course import NOTEBOOKS, version

pytestmark = pytest.mark.nightly

LESSON = "00_warmup"
RIGHT, WRONG = "x.mean(dim=(-2, -1))", "x.amax(dim=(-2, -1))"


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """The files that the repository tracks, as they are in its last commit."""
    if not (ROOT / ".git").exists():
        need(["git and a clone"])
    folder = tmp_path_factory.mktemp("clone")
    archive = subprocess.run(["git", "-C", ROOT, "archive", "HEAD", "course"], check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
    return folder / "course"


@pytest.fixture(scope="module")
def built(clean, tmp_path_factory):
    """A folder with the sdist, the wheel, and below `again` the wheel that the sdist gives."""
    folder, tools = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("tools")
    run(sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", f"--target={tools}", "hatchling",
        PIP_ROOT_USER_ACTION="ignore")
    hatchling = sys.executable, "-m", "hatchling", "build"
    run(*hatchling, "-d", folder, cwd=clean, PYTHONPATH=str(tools))
    with tarfile.open(folder / f"attention_lab-{version()}.tar.gz") as packed:
        packed.extractall(folder / "unpacked", filter="data")
    run(*hatchling, "-t", "wheel", "-d", folder / "again", cwd=folder / f"unpacked/attention_lab-{version()}",
        PYTHONPATH=str(tools))
    return folder


def run(*command, cwd=None, **environment):
    """A command's output, without this repository on Python's path. Fails with what the command wrote."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(command, cwd=cwd, env=kept | environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def wheel(folder):
    return folder / f"attention_lab-{version()}-py3-none-any.whl"


def test_the_wheel_holds_the_library_and_nothing_else(clean, built):
    """What the library's folder holds is looked through for solutions in test_handout.py."""
    library = {str(path.relative_to(clean)): path.read_bytes() for path in (clean / "attention_lab").rglob("*")
               if path.is_file()}
    library |= {f"attention_lab/lessons/{path.relative_to(clean)}": path.read_bytes()
                for path in clean.glob("*/figures/*")}
    with zipfile.ZipFile(wheel(built)) as packed:
        held = {name: packed.read(name) for name in packed.namelist() if ".dist-info/" not in name}
    assert held == library


def test_the_sdist_holds_the_library_and_gives_the_same_wheel(built):
    with tarfile.open(built / f"attention_lab-{version()}.tar.gz") as packed:
        top = {Path(name).parts[1] for name in packed.getnames()}
    assert top == {"attention_lab", "pyproject.toml", "hatch_build.py", "PKG-INFO"}
    assert wheel(built / "again").read_bytes() == wheel(built).read_bytes()


CELLS = """
import json, sys
from pathlib import Path

import attention_lab

here = Path(sys.prefix).resolve()
assert Path(attention_lab.__file__).resolve().is_relative_to(here), attention_lab.__file__
for private in ("solutions", "autograder", "builder"):
    try:
        __import__(private)
    except ModuleNotFoundError:
        continue
    raise SystemExit(f"{private} can be imported")

answers = json.loads(Path("answers.json").read_text())
found = {}
for cell in json.loads(Path(sys.argv[1]).read_text())["cells"]:
    meta, source = cell["metadata"], "".join(cell["source"])
    if cell["cell_type"] != "code" or "experiment" in meta.get("tags", []):
        continue
    exec(answers.get(meta.get("nbgrader", {}).get("grade_id"), source), globals())
    if meta.get("nbgrader", {}).get("grade"):
        found[source] = float(eval(source))
print("\\n" + json.dumps(found))
"""


def test_a_lesson_is_checked_with_the_wheel_in_an_empty_environment(clean, built, tmp_path):
    """A right answer earns its points, a wrong one does not. The notebook lies alone in a folder, and the library
    brings its pictures; nothing of the repository is on the path."""
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False, symlinks=os.name != "nt")
    python = environment / "bin/python"
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--disable-pip-version-check", "--no-deps",
        wheel(built),
        PIP_ROOT_USER_ACTION="ignore")
    # Only the packages there: .pth files among them, such as that of an editable install, are not read.
    Path(site, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    solved = json.loads((NOTEBOOKS / LESSON / f"{LESSON}.ipynb").read_text(encoding="utf-8"))
    right = {cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"]) for cell in solved["cells"]
             if cell["metadata"].get("nbgrader", {}).get("solution")}
    points = {"".join(cell["source"]): cell["metadata"]["nbgrader"]["points"] for cell in solved["cells"]
              if cell["metadata"].get("nbgrader", {}).get("grade")}
    assert RIGHT in right["global_average_pool"]
    lesson = tmp_path / "downloads"
    lesson.mkdir()
    shutil.copy(clean / LESSON / f"{LESSON}.ipynb", lesson)
    for name, edit in {"right": (RIGHT, RIGHT), "wrong": (RIGHT, WRONG)}.items():
        answer = {grade_id: source.replace(*edit) for grade_id, source in right.items()}
        (lesson / "answers.json").write_text(json.dumps(answer), encoding="utf-8")
        (tmp_path / "cells.py").write_text(CELLS, encoding="utf-8")
        found = json.loads(run(python, "-I", tmp_path / "cells.py", f"{LESSON}.ipynb", cwd=lesson).splitlines()[-1])
        lost = {source for source in points if found[source] < points[source]}
        assert lost == (set() if name == "right" else {"check(global_average_pool)"}) and found.keys() == points.keys()
    assert {path.name for path in (lesson / "figures").iterdir()} == {
        path.name for path in (clean / LESSON / "figures").iterdir()}
